#include "support/transcripts.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace pavise::testing {

namespace {

const char* folder() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment of a test
    return std::getenv("PAVISE_TRANSCRIPTS");
}

// The same bytes get the same name (FNV-1a), so that a folder holds each once.
void keep(Role role, std::string_view what, Bytes bytes) {
    if (bytes.empty()) return;
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3;
    const std::string name = std::string(role == Role::client ? "client-" : "server-") + std::string(what) +
                             "-" + std::to_string(hash);
    std::ofstream file(std::filesystem::path(folder()) / name, std::ios::binary);
    file << as_text(bytes);
}

} // namespace

std::unique_ptr<TranscriptFiles> TranscriptFiles::before(Tap*& tap, Role role) {
    if (folder() == nullptr) return nullptr;
    auto files = std::make_unique<TranscriptFiles>(role, tap);
    tap = files.get();
    return files;
}

TranscriptFiles::~TranscriptFiles() {
    keep(role_, "wire", transcript_.wire(Direction::received));
    for (const ByteVector& message : transcript_.messages(Direction::received))
        keep(role_, "message", message);
}

void TranscriptFiles::on_record(Direction direction, RecordProtection protection, Bytes wire) noexcept {
    transcript_.on_record(direction, protection, wire);
    if (inner_ != nullptr) inner_->on_record(direction, protection, wire);
}
void TranscriptFiles::on_content(Direction direction, ContentType type, Bytes content) noexcept {
    if (inner_ != nullptr) inner_->on_content(direction, type, content);
}
void TranscriptFiles::on_message(Direction direction, Bytes message) noexcept {
    transcript_.on_message(direction, message);
    if (inner_ != nullptr) inner_->on_message(direction, message);
}
void TranscriptFiles::on_inner_client_hello(Direction direction, Bytes message) noexcept {
    if (inner_ != nullptr) inner_->on_inner_client_hello(direction, message);
}
void TranscriptFiles::on_secret(std::string_view label, Bytes client_random, Bytes secret) noexcept {
    if (inner_ != nullptr) inner_->on_secret(label, client_random, secret);
}
void TranscriptFiles::on_transition(std::size_t from, std::size_t input, std::size_t to) noexcept {
    if (inner_ != nullptr) inner_->on_transition(from, input, to);
}
void TranscriptFiles::rewrite_outgoing(HandshakeType type, ByteVector& message) noexcept {
    if (inner_ != nullptr) inner_->rewrite_outgoing(type, message);
}
void TranscriptFiles::rewrite_encoded_inner_hello(ByteVector& encoded) noexcept {
    if (inner_ != nullptr) inner_->rewrite_encoded_inner_hello(encoded);
}

} // namespace pavise::testing
