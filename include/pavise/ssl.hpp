// Python's `ssl` in C++: see docs/ssl-api.md for every name of it, its spelling here, and what differs.
//
//     namespace ssl = pavise::ssl;
//     auto context = ssl::create_default_context();
//     auto sock = pavise::create_connection({"www.python.org", 443});
//     auto ssock = context.wrap_socket(std::move(sock), {.server_hostname = "www.python.org"});
//     std::cout << ssock.version() << "\n" << ssock.getpeercert() << "\n";
#pragma once

#include <pavise/socket.hpp>
#include <pavise/ssl/certificate.hpp>
#include <pavise/ssl/constants.hpp>
#include <pavise/ssl/context.hpp>
#include <pavise/ssl/errors.hpp>
#include <pavise/ssl/functions.hpp>
#include <pavise/ssl/memory_bio.hpp>
#include <pavise/ssl/session.hpp>
#include <pavise/ssl/socket.hpp>
