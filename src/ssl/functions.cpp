#include <pavise/ssl/functions.hpp>

#include "base/pem.hpp"
#include "ssl/certificate_dict.hpp"
#include "trust/trust_store.hpp"

#include <pavise/environment.hpp>
#include <pavise/ssl/errors.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

namespace pavise::ssl {

namespace {

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};

bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Reads "%d %H:%M:%S %Y GMT" as strptime() does: any number of blanks where the format has one.
class TimeText {
    std::string_view left_;

  public:
    explicit TimeText(std::string_view text) : left_(text) {}

    bool blanks() {
        if (left_.empty() || !is_blank(left_.front())) return false;
        while (!left_.empty() && is_blank(left_.front())) left_.remove_prefix(1);
        return true;
    }
    bool literal(std::string_view text) {
        if (!left_.starts_with(text)) return false;
        left_.remove_prefix(text.size());
        return true;
    }
    std::optional<int> number(std::size_t most_digits, int least, int most) {
        int value = 0;
        const std::string_view digits = left_.substr(0, most_digits);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc() || digits.front() == '-' || value < least || value > most)
            return std::nullopt;
        left_.remove_prefix(static_cast<std::size_t>(end - digits.data()));
        return value;
    }
    bool at_end() const { return left_.empty(); }
};

std::optional<unsigned> month_of(std::string_view text) {
    std::string name(text.substr(0, 3));
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (unsigned i = 0; i < months.size(); ++i)
        if (months[i] == name) return i + 1;
    return std::nullopt;
}

std::optional<std::int64_t> parse_time(std::string_view text) {
    const auto month = month_of(text);
    if (!month) return std::nullopt;
    TimeText rest(text.substr(3));
    if (!rest.blanks()) return std::nullopt;
    const auto day = rest.number(2, 1, 31);
    if (!day || !rest.blanks()) return std::nullopt;
    const auto hour = rest.number(2, 0, 23);
    if (!hour || !rest.literal(":")) return std::nullopt;
    const auto minute = rest.number(2, 0, 59);
    if (!minute || !rest.literal(":")) return std::nullopt;
    const auto second = rest.number(2, 0, 61); // strptime() knows leap seconds
    if (!second || !rest.blanks()) return std::nullopt;
    const auto year = rest.number(4, 1, 9999);
    if (!year || !rest.blanks() || !rest.literal("GMT") || !rest.at_end()) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    const auto days = std::chrono::sys_days(date).time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(days).count() + *hour * 3600 + *minute * 60 +
           *second;
}

constexpr std::string_view pem_header = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view pem_footer = "-----END CERTIFICATE-----";

std::string_view stripped(std::string_view text) {
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    return text;
}

constexpr const char* hard_coded_file = "/etc/ssl/certs/ca-certificates.crt";
constexpr const char* hard_coded_directory = "/etc/ssl/certs";

} // namespace

std::int64_t cert_time_to_seconds(std::string_view cert_time) {
    const auto seconds = parse_time(cert_time);
    if (seconds) return *seconds;
    // Python reads the month itself, and strptime() complains of the rest.
    if (month_of(cert_time))
        throw ValueError("time data " + quoted(std::string(cert_time.substr(3))) +
                         " does not match format ' %d %H:%M:%S %Y GMT'");
    throw ValueError("time data " + quoted(std::string(cert_time)) +
                     " does not match format \"%b %d %H:%M:%S %Y GMT\"");
}

std::string DER_cert_to_PEM_cert(BytesLike der) {
    return write_pem("CERTIFICATE", der.view());
}

ByteVector PEM_cert_to_DER_cert(std::string_view pem) {
    if (!pem.starts_with(pem_header))
        throw ValueError("Invalid PEM encoding; must start with " + std::string(pem_header));
    if (!stripped(pem).ends_with(pem_footer))
        throw ValueError("Invalid PEM encoding; must end with " + std::string(pem_footer));
    const auto blocks = read_pem(pem);
    if (!blocks) throw ValueError("Invalid PEM encoding; " + describe(blocks.error()));
    const Bytes der = blocks->front().contents.view();
    return {der.begin(), der.end()};
}

DefaultVerifyPaths get_default_verify_paths() {
    const trust::TrustLocations locations = trust::system_trust_locations();
    DefaultVerifyPaths paths{.cafile = std::nullopt,
                             .capath = std::nullopt,
                             .openssl_cafile_env = "SSL_CERT_FILE",
                             .openssl_cafile = hard_coded_file,
                             .openssl_capath_env = "SSL_CERT_DIR",
                             .openssl_capath = hard_coded_directory};
    const std::string file = locations.file.empty() ? hard_coded_file : locations.file;
    const std::string directory =
        locations.directories.empty() ? hard_coded_directory : locations.directories.front();
    std::error_code ignored;
    if (std::filesystem::is_regular_file(file, ignored)) paths.cafile = file;
    if (std::filesystem::is_directory(directory, ignored)) paths.capath = directory;
    return paths;
}

ByteVector RAND_bytes(int count) {
    if (count < 0) throw ValueError("num must be positive");
    ByteVector out(static_cast<std::size_t>(count));
    if (const Status filled = system_rng().fill(out); !filled) throw SSLError(describe(filled.error()));
    return out;
}

bool RAND_status() noexcept {
    return true;
}

void RAND_add(BytesLike bytes, double /*entropy*/) noexcept {
    const int pool = ::open("/dev/urandom", O_WRONLY | O_CLOEXEC);
    if (pool < 0) return;
    // A pool that takes nothing is no worse than before.
    [[maybe_unused]] const ssize_t written = ::write(pool, bytes.view().data(), bytes.view().size());
    ::close(pool);
}

} // namespace pavise::ssl
