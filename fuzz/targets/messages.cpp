// Every message and every extension: what parses is written back to the same bytes.
#include "dictionary.hpp"
#include "messages/forms.hpp"
#include "shape/tls.hpp"
#include "target.hpp"

#include <algorithm>

namespace pavise::fuzz {

namespace {

using messages::Form;
using Forms = std::vector<Form>;

void must_come_back(const Form& form, Bytes bytes) {
    const auto written = form.rewrite(bytes);
    must_hold(!written || form.keeps(bytes, *written), "what was parsed is written back to the same bytes");
}

// A target for one message.
struct Single {
    std::string_view name;
    HandshakeType type;
};
constexpr Single singles[] = {
    {"ClientHello", HandshakeType::client_hello},
    {"ServerHello", HandshakeType::server_hello},
    {"EncryptedExtensions", HandshakeType::encrypted_extensions},
    {"CertificateRequest", HandshakeType::certificate_request},
    {"CertificateRequest12", HandshakeType::certificate_request},
    {"Certificate", HandshakeType::certificate},
    {"Certificate12", HandshakeType::certificate},
    {"CompressedCertificate", HandshakeType::compressed_certificate},
    {"CertificateVerify", HandshakeType::certificate_verify},
    {"CertificateStatus", HandshakeType::certificate_status},
    {"NewSessionTicket", HandshakeType::new_session_ticket},
    {"NewSessionTicket12", HandshakeType::new_session_ticket},
};

Target single(const Form& form, HandshakeType type) {
    return {"message-" + form.name,
            "parses and writes back " + form.name,
            [form](Bytes bytes) { must_come_back(form, bytes); },
            {form.sample},
            in_form(form_of(type)),
            tls_words};
}

// A target for several forms that are too small for one each: the first byte says which.
Target group(std::string name, std::string what, Forms forms) {
    std::vector<ByteVector> seeds;
    for (std::size_t i = 0; i < forms.size(); ++i) {
        seeds.push_back(forms[i].sample);
        seeds.back().insert(seeds.back().begin(), static_cast<std::uint8_t>(i));
    }
    return {std::move(name),
            std::move(what),
            [forms = std::move(forms)](Bytes bytes) {
                Input input(bytes);
                const Form& form = forms[input.byte() % forms.size()];
                must_come_back(form, input.rest());
            },
            std::move(seeds),
            {},
            tls_words};
}

Forms made_by(std::initializer_list<void (*)(Forms&)> makers) {
    Forms forms;
    for (const auto make : makers) make(forms);
    return forms;
}

Forms take_named(Forms& forms, std::string_view part_of_name) {
    Forms named;
    for (auto form = forms.begin(); form != forms.end();) {
        if (form->name.find(part_of_name) == std::string::npos) {
            ++form;
            continue;
        }
        named.push_back(*form);
        form = forms.erase(form);
    }
    return named;
}

} // namespace

void add_message_targets(std::vector<Target>& targets) {
    Forms forms = made_by({messages::add_messages13, messages::add_messages12});
    for (const Single& wanted : singles) {
        const auto form = std::ranges::find(forms, wanted.name, &Form::name);
        must_hold(form != forms.end(), "a message has a form");
        targets.push_back(single(*form, wanted.type));
        forms.erase(form);
    }
    targets.push_back(group("message-KeyExchange12",
                            "parses and writes back every form of TLS 1.2's key exchange messages",
                            take_named(forms, "KeyExchange")));
    targets.push_back(group("message-others",
                            "parses and writes back the messages that have no target of their own", forms));
    targets.push_back(group("extensions-hello", "parses and writes back the extensions of hellos",
                            made_by({messages::add_hello_extensions})));
    targets.push_back(group("extensions-certificate",
                            "parses and writes back the extensions about certificates",
                            made_by({messages::add_certificate_extensions})));
    targets.push_back(
        group("extensions-ech", "parses and writes back what RFC 9849 adds", made_by({messages::add_ech})));
}

} // namespace pavise::fuzz
