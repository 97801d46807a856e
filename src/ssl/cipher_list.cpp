#include "ssl/cipher_list.hpp"

#include <algorithm>
#include <list>
#include <utility>

namespace pavise::ssl {

namespace {

constexpr unsigned any = ~0u;
constexpr unsigned aead_encryption =
    AES128GCM | AES256GCM | AES128CCM | AES256CCM | AES128CCM8 | AES256CCM8 | CHACHA20POLY1305;
constexpr unsigned gcm = AES128GCM | AES256GCM;
constexpr unsigned ccm8 = AES128CCM8 | AES256CCM8;
constexpr unsigned ccm = AES128CCM | AES256CCM | ccm8;
constexpr unsigned cbc = AES128CBC | AES256CBC;
constexpr unsigned aes = gcm | ccm | cbc;

// Which suites a word stands for: those that are in all of its sets. An empty set: none.
struct Class {
    unsigned kx = any;
    unsigned au = any;
    unsigned enc = any;
    unsigned mac = any;
    std::uint16_t id = 0; // one suite
    // Whether CBC suites are meant, and not only among others.
    bool names_cbc = false;

    bool empty() const { return kx == 0 || au == 0 || enc == 0 || mac == 0; }
    bool holds(const CipherRow& row) const {
        return (id == 0 || row.id == id) && (row.kx & kx) != 0 && (row.au & au) != 0 &&
               (row.enc & enc) != 0 && (row.mac & mac) != 0;
    }
    // "ECDHE+AESGCM": both.
    Class operator&(const Class& other) const {
        return {kx & other.kx,   au & other.au,           enc & other.enc,
                mac & other.mac, id != 0 ? id : other.id, names_cbc || other.names_cbc};
    }
};

struct Word {
    std::string_view name;
    Class meaning;
};

constexpr Class nothing{.kx = 0};

constexpr Word vocabulary[] = {
    {"ALL", {.names_cbc = true}},
    {"HIGH", {.enc = aead_encryption}},
    {"MEDIUM", nothing},
    {"LOW", nothing},
    {"eNULL", nothing},
    {"NULL", nothing},
    {"aNULL", nothing},
    {"COMPLEMENTOFALL", nothing},
    {"COMPLEMENTOFDEFAULT", {.enc = cbc | ccm, .names_cbc = true}},
    {"kECDHE", {.kx = kECDHE}},
    {"kEECDH", {.kx = kECDHE}},
    {"ECDHE", {.kx = kECDHE}},
    {"EECDH", {.kx = kECDHE}},
    {"ECDH", {.kx = kECDHE}},
    {"kDHE", {.kx = kDHE}},
    {"kEDH", {.kx = kDHE}},
    {"DHE", {.kx = kDHE}},
    {"EDH", {.kx = kDHE}},
    {"DH", {.kx = kDHE}},
    {"kPSK", {.kx = kPSK}},
    {"kECDHEPSK", {.kx = kECDHEPSK}},
    {"kDHEPSK", {.kx = kDHEPSK}},
    {"PSK", {.kx = kPSK | kECDHEPSK | kDHEPSK}},
    {"aPSK", {.au = aPSK}},
    {"aRSA", {.au = aRSA}},
    {"aECDSA", {.au = aECDSA}},
    {"ECDSA", {.au = aECDSA}},
    {"AESGCM", {.enc = gcm}},
    {"AESCCM", {.enc = ccm}},
    {"AESCCM8", {.enc = ccm8}},
    {"AES128", {.enc = AES128GCM | AES128CCM | AES128CCM8 | AES128CBC}},
    {"AES256", {.enc = AES256GCM | AES256CCM | AES256CCM8 | AES256CBC}},
    {"AES", {.enc = aes}},
    {"CHACHA20", {.enc = CHACHA20POLY1305}},
    {"SHA1", {.mac = mSHA1, .names_cbc = true}},
    {"SHA", {.mac = mSHA1, .names_cbc = true}},
    {"SHA256", {.mac = mSHA256, .names_cbc = true}},
    {"SHA384", {.mac = mSHA384, .names_cbc = true}},
    {"TLSv1.2", {.mac = mAEAD | mSHA256 | mSHA384}},
    {"TLSv1.0", {.mac = mSHA1, .names_cbc = true}},
    {"TLSv1", {.mac = mSHA1, .names_cbc = true}},
};

std::optional<Class> meaning_of(std::string_view name) {
    for (const Word& word : vocabulary)
        if (word.name == name) return word.meaning;
    for (const CipherRow& row : tls12_ciphers())
        if (row.name == name) return Class{.id = row.id, .names_cbc = true};
    return std::nullopt;
}

// The suites in the order of preference so far; those that are not selected keep their place, because they
// may be selected later.
class Ranking {
    struct Entry {
        const CipherRow* row;
        bool active;
    };
    std::list<Entry> entries_;

    template <class Choose> void move_to_end(Choose choose, bool becomes_active) {
        std::list<Entry> moved;
        for (auto entry = entries_.begin(); entry != entries_.end();) {
            const auto next = std::next(entry);
            if (choose(*entry)) {
                entry->active = entry->active || becomes_active;
                moved.splice(moved.end(), entries_, entry);
            }
            entry = next;
        }
        entries_.splice(entries_.end(), moved);
    }
    template <class Choose> void move_to_begin(Choose choose, bool stays_active) {
        std::list<Entry> moved;
        for (auto entry = entries_.begin(); entry != entries_.end();) {
            const auto next = std::next(entry);
            if (choose(*entry)) {
                entry->active = entry->active && stays_active;
                moved.splice(moved.end(), entries_, entry);
            }
            entry = next;
        }
        entries_.splice(entries_.begin(), moved);
    }

  public:
    // OpenSSL's own order, from which every list starts (ssl_create_cipher_list in its ssl_ciph.c).
    Ranking() {
        for (const CipherRow& row : tls12_ciphers()) entries_.push_back({&row, false});
        add({.kx = kECDHE, .au = aECDSA});
        add({.kx = kECDHE});
        remove({.kx = kECDHE});
        add({.enc = gcm});
        add({.enc = CHACHA20POLY1305});
        add({.enc = aes & ~gcm});
        add({});
        demote({.kx = kPSK});
        demote({.kx = kPSK});
        sort_by_strength();
        promote({.mac = mAEAD | mSHA256 | mSHA384});
        const unsigned ephemeral = kDHE | kECDHE;
        promote({.mac = mAEAD});
        promote({.kx = ephemeral});
        promote({.kx = ephemeral, .mac = mAEAD});
        remove({});
    }

    void add(const Class& which) {
        move_to_end([&](const Entry& e) { return !e.active && which.holds(*e.row); }, true);
    }
    void remove(const Class& which) {
        move_to_begin([&](const Entry& e) { return e.active && which.holds(*e.row); }, false);
    }
    void demote(const Class& which) {
        move_to_end([&](const Entry& e) { return e.active && which.holds(*e.row); }, true);
    }
    void promote(const Class& which) {
        move_to_begin([&](const Entry& e) { return e.active && which.holds(*e.row); }, true);
    }
    void forget(const Class& which) {
        entries_.remove_if([&](const Entry& e) { return which.holds(*e.row); });
    }
    void sort_by_strength() {
        for (const int bits : {256, 128})
            move_to_end([&](const Entry& e) { return e.active && e.row->bits() == bits; }, true);
    }
    std::vector<const CipherRow*> active() const {
        std::vector<const CipherRow*> out;
        for (const Entry& entry : entries_)
            if (entry.active) out.push_back(entry.row);
        return out;
    }
};

bool is_separator(char c) {
    return c == ':' || c == ',' || c == ' ' || c == ';';
}

std::vector<std::string_view> rules_of(std::string_view text) {
    std::vector<std::string_view> rules;
    while (!text.empty()) {
        const auto end = std::ranges::find_if(text, is_separator);
        const auto size = static_cast<std::size_t>(end - text.begin());
        if (size != 0) rules.push_back(text.substr(0, size));
        text.remove_prefix(std::min(size + 1, text.size()));
    }
    return rules;
}

class Parser {
    Ranking ranking_;
    CipherList list_;
    bool first_ = true; // no suite has been named yet

    void special(std::string_view rule) {
        constexpr std::string_view level = "SECLEVEL=";
        if (rule == "STRENGTH")
            ranking_.sort_by_strength();
        else if (rule.starts_with(level) && rule.size() == level.size() + 1 && rule.back() >= '0' &&
                 rule.back() <= '0' + max_security_level)
            list_.security_level = rule.back() - '0';
        else
            list_.ignored.emplace_back("@" + std::string(rule));
    }

    std::optional<Class> combined(std::string_view words) {
        Class meaning;
        while (true) {
            const auto plus = words.find('+');
            const auto word = meaning_of(words.substr(0, plus));
            if (!word) return std::nullopt;
            meaning = meaning & *word;
            if (plus == std::string_view::npos) break;
            words.remove_prefix(plus + 1);
        }
        return meaning;
    }

    // Whether the words are known.
    bool apply(char operation, std::string_view words) {
        auto which = words == "DEFAULT" ? std::nullopt : combined(words);
        if (!which || which->empty()) {
            list_.ignored.emplace_back(words);
            return which.has_value();
        }
        switch (operation) {
        case '!': ranking_.forget(*which); break;
        case '-': ranking_.remove(*which); break;
        case '+': ranking_.demote(*which); break;
        default:
            if (!which->names_cbc) which->enc &= ~cbc;
            ranking_.add(*which);
        }
        return true;
    }

    // Whether what follows it without a separator counts too.
    bool command(std::string_view rule) {
        const bool first = std::exchange(first_, first_ && rule.front() == '@');
        const char operation =
            std::string_view("!-+@").find(rule.front()) == std::string_view::npos ? '\0' : rule.front();
        if (operation != '\0') rule.remove_prefix(1);
        if (operation == '@') {
            special(rule);
            return false;
        }
        if (operation != '\0' || rule != "DEFAULT" || !first) return apply(operation, rule);
        add_default();
        return true;
    }

  public:
    CipherList parse(std::string_view text) {
        for (std::string_view rest : rules_of(text)) {
            // "DEFAULT@SECLEVEL=1" and "HIGH!aNULL" are two commands each, though nothing separates them.
            for (bool goes_on = true; goes_on && !rest.empty();) {
                const std::string_view rule = rest.substr(0, rest.find_first_of("@!", 1));
                rest.remove_prefix(rule.size());
                goes_on = command(rule);
            }
            if (!rest.empty()) list_.ignored.emplace_back(rest);
        }
        for (const CipherRow* row : ranking_.active()) list_.suites.push_back(row->suite());
        return std::move(list_);
    }

    void add_default() { ranking_.add({.kx = kECDHE, .enc = gcm | CHACHA20POLY1305}); }
};

} // namespace

CipherList parse_cipher_list(std::string_view text) {
    return Parser().parse(text);
}

std::vector<CipherSuite> default_ciphers12() {
    return parse_cipher_list("DEFAULT").suites;
}

bool allowed_at(int security_level, int bits) noexcept {
    constexpr int least[] = {0, 80, 112, 128, 192, 256};
    return bits >= least[security_level];
}

} // namespace pavise::ssl
