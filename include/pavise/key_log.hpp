// The key log: the secrets of a connection in NSS format (RFC 9850), with which Wireshark and others decrypt
// what they captured. For debugging alone: whoever has the log can read everything.
#pragma once

#include <pavise/export.hpp>
#include <pavise/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace pavise {

// Where key log lines go. Implementations are safe to call from any number of threads at once.
class PAVISE_EXPORT KeyLog {
  public:
    virtual ~KeyLog();
    // One line without its end. It holds a secret: do not keep it longer than needed.
    virtual void write_line(std::string_view line) noexcept = 0;
};

// Appends to a file, which is created readable by its owner alone; each line with one write, so that several
// threads and processes may share it. key_log_failed, with the system's error number as detail, where that is
// not possible.
PAVISE_EXPORT Result<std::shared_ptr<KeyLog>> open_key_log(const std::string& path);

} // namespace pavise
