#include "cli/config_by_name.hpp"

#include "handshake/credential.hpp"
#include "trust/name_match.hpp"

#include <algorithm>

namespace pavise::cli {

namespace {

bool is_valid_for(const Credential& credential, const trust::ReferenceName& name) {
    if (credential.data()->type != CertificateType::x509) return false;
    const auto leaf = trust::Certificate::parse(credential.data()->chain.front());
    return leaf && trust::match_name(**leaf, name).has_value();
}

std::vector<bool> fitting(const std::vector<Credential>& credentials, std::string_view server_name) {
    std::vector<bool> fit(credentials.size());
    const auto name = trust::ReferenceName::from_dns_name(server_name);
    for (std::size_t i = 0; name && i < fit.size(); ++i) fit[i] = is_valid_for(credentials[i], *name);
    return fit;
}

} // namespace

ConfigByName::ConfigByName(std::shared_ptr<ServerConfig> config) {
    config->deferred.config = config->credentials.size() > 1;
    first_ = std::move(config);
}

std::shared_ptr<const ServerConfig> ConfigByName::config_for(std::string_view server_name) const {
    const std::vector<bool> fit = fitting(first_->credentials, server_name);
    std::shared_ptr<const ServerConfig>& ordered = ordered_[fit];
    if (ordered == nullptr) {
        auto config = std::make_shared<ServerConfig>(*first_);
        config->deferred.config = false;
        config->credentials.clear();
        for (const bool wanted : {true, false})
            for (std::size_t i = 0; i < fit.size(); ++i)
                if (fit[i] == wanted) config->credentials.push_back(first_->credentials[i]);
        ordered = std::move(config);
    }
    return ordered;
}

} // namespace pavise::cli
