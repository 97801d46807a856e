// The objects that the steps of a situation have made, by their names.
#pragma once

#include "facade/situations/values.hpp"

#include <functional>
#include <map>
#include <variant>

namespace pavise::ssl::testing {

using Words = std::vector<std::string>;

// Both ends of a connection over BIOs or over sockets that do not block.
struct Wires {
    MemoryBIO client_in, client_out, server_in, server_out;
};

struct Party {
    std::variant<std::monostate, SSLObject, SSLSocket> end;

    SSLConnection& connection();
    void handshake();
    std::string read(std::size_t size);
    std::string write(std::string_view text);
    std::string unwrap();
    SSLSocket& socket() { return std::get<SSLSocket>(end); }
};

struct Link {
    Wires wires;
    Party client;
    Party server;

    Party& side(const std::string& name) { return name == "client" ? client : server; }
    MemoryBIO& incoming(const std::string& name) {
        return name == "client" ? wires.client_in : wires.server_in;
    }
    MemoryBIO& outgoing(const std::string& name) {
        return name == "client" ? wires.client_out : wires.server_out;
    }
    void carry();
};

struct World {
    std::map<std::string, SSLContext> contexts;
    std::map<std::string, std::unique_ptr<Link>> links;
    std::map<std::string, MemoryBIO> bios;
    std::map<std::string, std::vector<std::string>> seen; // by the callbacks of a context

    SSLContext& context(const std::string& name) { return contexts.at(name); }
    Link& link(const std::string& name) { return *links.at(name); }
    // "pair.client"
    std::pair<Link*, std::string> end_of(const std::string& name);
    Party& party(const std::string& name);
};

// What one step says: a value, "ok", or the exception.
std::string run_step(World& world, const Words& words);

// Makes the certificates of the situations in a folder.
void make_materials(const std::string& folder);

} // namespace pavise::ssl::testing
