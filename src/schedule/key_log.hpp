// The key log: secrets in NSS format, read by Wireshark and others (RFC 9850).
#pragma once

#include "wire/tap.hpp"

#include <pavise/key_log.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace pavise::schedule {

// The labels of RFC 9850 §2.1 and §2.2.
namespace key_log_label {
inline constexpr std::string_view client_random = "CLIENT_RANDOM"; // TLS 1.2: the master secret
inline constexpr std::string_view client_early_traffic_secret = "CLIENT_EARLY_TRAFFIC_SECRET";
inline constexpr std::string_view early_exporter_master_secret = "EARLY_EXPORTER_SECRET";
inline constexpr std::string_view client_handshake_traffic_secret = "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
inline constexpr std::string_view server_handshake_traffic_secret = "SERVER_HANDSHAKE_TRAFFIC_SECRET";
inline constexpr std::string_view client_application_traffic_secret_0 = "CLIENT_TRAFFIC_SECRET_0";
inline constexpr std::string_view server_application_traffic_secret_0 = "SERVER_TRAFFIC_SECRET_0";
inline constexpr std::string_view exporter_master_secret = "EXPORTER_SECRET";
inline constexpr std::string_view ech_secret = "ECH_SECRET";
inline constexpr std::string_view ech_config = "ECH_CONFIG";
} // namespace key_log_label

// Sends one secret to `log`. A label, random or secret longer than any of TLS is left out.
void log_secret(KeyLog& log, std::string_view label, Bytes client_random, Bytes secret) noexcept;

// A key log as a Tap. `log` must outlive it.
class KeyLogTap final : public wire::Tap {
    KeyLog& log_;

  public:
    explicit KeyLogTap(KeyLog& log) noexcept : log_(log) {}
    void on_secret(std::string_view label, Bytes client_random, Bytes secret) noexcept override {
        log_secret(log_, label, client_random, secret);
    }
};

// A file that lines are appended to, each with one write, so that several threads and processes may share it.
class FileKeyLog final : public KeyLog {
    int descriptor_;

    explicit FileKeyLog(int descriptor) noexcept : descriptor_(descriptor) {}

  public:
    // Opens or creates `path` (readable by its owner alone) and, when it is empty, writes a comment line.
    // key_log_failed, with the system's error number, when that is not possible.
    static Result<std::unique_ptr<FileKeyLog>> open(const std::string& path);
    ~FileKeyLog() override;
    FileKeyLog(const FileKeyLog&) = delete;
    FileKeyLog& operator=(const FileKeyLog&) = delete;

    void write_line(std::string_view line) noexcept override;
};

} // namespace pavise::schedule
