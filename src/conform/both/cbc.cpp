// Records of AES-CBC with HMAC, of TLS 1.2: with the MAC inside what is enciphered (RFC 5246 §6.2.3.2), and
// behind it (RFC 7366). Whatever is wrong, MAC or padding, has to look the same from outside: who can tell
// one from the other can decrypt records. Only what is said is judged, never how long it takes.
#include "conform/both/roles.hpp"
#include "conform/rules.hpp"

namespace pavise::conform {

namespace {

using peer::CbcDraft;
using peer::MacOrder;
using peer::Peer12;
using enum AlertDescription;

constexpr std::size_t block = crypto::cbc_block_size;

constexpr Rule mac_inside_wrong =
    must("5246 §7.2.2", "This alert is returned if a record is received with an incorrect MAC.");
constexpr Rule mac_behind_wrong = must(
    "7366 §3",
    "The MAC SHALL be evaluated before any further processing such as decryption is performed, and if the "
    "MAC verification fails, then processing SHALL terminate immediately. For TLS, a fatal "
    "bad_record_mac MUST be generated");
constexpr Rule padding_wrong =
    must("5246 §6.2.3.2", "The receiver MUST check this padding and MUST use the bad_record_mac alert to "
                          "indicate padding errors.");
constexpr Rule decrypted_invalidly =
    must("5246 §7.2.2", "This alert also MUST be returned if an alert is sent because a TLSCiphertext "
                        "decrypted in an invalid way: either it wasn't an even multiple of the block length, "
                        "or its padding values, when checked, weren't correct.");
constexpr Rule padding_of_any_length =
    must("5246 §6.2.3.2", "The padding MAY be any length up to 255 bytes, as long as it results in the "
                          "TLSCiphertext.length being an integral multiple of the block length.");
constexpr Rule agreed_by_both =
    must("7366 §2", "The client and server MUST NOT use encrypt-then-MAC unless both sides have successfully "
                    "exchanged encrypt_then_mac extensions.");
constexpr Rule extension_is_empty =
    must("7366 §2", "the \"extension_data\" field of this extension SHALL be empty.");

// ---------------------------------------------------------------- ways to begin

Peer12& us12(AsClient12& t) {
    return t.client();
}
Peer12& us12(AsServer12& t) {
    return t.server();
}

template <MacOrder order> constexpr bool inside = order == MacOrder::mac_then_encrypt;

// From now on CBC, and the MAC where it is to be.
template <MacOrder order, class As> void use_cbc(As& t) {
    t.script.mac_order = order;
    t.script.cipher_suites = {
        (inside<order> ? t.profile().mac_then_encrypt12 : t.profile().encrypt_then_mac12).value()};
}

template <MacOrder order, class As> void check_order(As& t) {
    if (t.ok() && us12(t).mac_order() != order)
        t.is_inconclusive("it agreed to another order of MAC and encryption than before");
}

template <MacOrder order, class As> void connect(As& t) {
    use_cbc<order>(t);
    t.connect();
    check_order<order>(t);
}

// The handshake, with our Finished in a record made like this.
template <MacOrder order> void accepts_finished(AsClient12& t, const CbcDraft& record) {
    use_cbc<order>(t);
    t.client().send_client_hello();
    t.expect_flight();
    check_order<order>(t);
    t.client().begin_second_flight();
    t.from_here();
    t.client().send_finished12(record);
    t.client().expect_second_flight();
    t.serves();
}
template <MacOrder order> void accepts_finished(AsServer12& t, const CbcDraft& record) {
    use_cbc<order>(t);
    t.begin();
    check_order<order>(t);
    t.server().send_rest_of_flight();
    t.server().expect_second_flight();
    t.server().change_write_keys();
    t.from_here();
    t.server().send_finished12(record);
    t.serves();
}

// ---------------------------------------------------------------- records that are wrong

// A record of data that is wrong in one way.
using Wrong = ByteVector (*)(Peer12& us);

using PlaintextChange = void (*)(MutableBytes plaintext);
ByteVector with_changed(Peer12& us, std::size_t more_blocks, PlaintextChange change) {
    return us.seal_cbc(ContentType::application_data, as_bytes("changed on its way"),
                       {.more_blocks = more_blocks, .change = change});
}
ByteVector with_plaintext(Peer12& us, ByteVector plaintext) {
    return us.seal_cbc(ContentType::application_data, {}, {.plaintext = std::move(plaintext)});
}
// The legal one, with this change on its way.
ByteVector with_changed_byte(Peer12& us, std::size_t at, std::size_t from_end) {
    ByteVector record = with_changed(us, 0, [](MutableBytes) {});
    if (us.ok()) record[from_end > 0 ? record.size() - from_end : at] ^= 1;
    return record;
}
ByteVector with_fragment(Bytes fragment) {
    return peer::plaintext_record(ContentType::application_data, ProtocolVersion::tls_1_2, fragment);
}
ByteVector fragment_of(Peer12& us) {
    ByteVector record = with_changed(us, 0, [](MutableBytes) {});
    if (us.ok()) record.erase(record.begin(), record.begin() + record::header_size);
    return record;
}

std::size_t mac_size(const Peer12& us) {
    return crypto::digest_size(std::get<crypto::CbcMac>(us.suite12()->protection).mac);
}
std::size_t padding_size(Bytes plaintext) {
    return std::size_t{plaintext.back()} + 1;
}

ByteVector wrong_mac(Peer12& us) {
    if (us.mac_order() == MacOrder::encrypt_then_mac) return with_changed_byte(us, 0, 1);
    return with_changed(us, 0, [](MutableBytes p) { p[p.size() - padding_size(p) - 1] ^= 1; });
}
// Of a record without data, which some take another way with (CVE-2019-1559).
ByteVector wrong_mac_of_nothing(Peer12& us) {
    const auto change = [](MutableBytes p) { p[p.size() - padding_size(p) - 1] ^= 1; };
    if (us.mac_order() == MacOrder::mac_then_encrypt)
        return us.seal_cbc(ContentType::application_data, {}, {.change = change});
    ByteVector record = us.seal_cbc(ContentType::application_data, {}, {});
    if (us.ok()) record.back() ^= 1;
    return record;
}
ByteVector wrong_padding_of_nothing(Peer12& us) {
    return us.seal_cbc(ContentType::application_data, {},
                       {.more_blocks = 1, .change = [](MutableBytes p) { p[p.size() - 2] ^= 1; }});
}
ByteVector wrong_iv(Peer12& us) {
    return with_changed_byte(us, record::header_size, 0);
}
ByteVector wrong_first_block(Peer12& us) {
    return with_changed_byte(us, record::header_size + block, 0);
}
ByteVector wrong_last_block(Peer12& us) {
    return with_changed_byte(us, 0, us.mac_order() == MacOrder::encrypt_then_mac ? mac_size(us) + 1 : 1);
}
ByteVector wrong_padding_first(Peer12& us) {
    return with_changed(us, peer::most_more_blocks,
                        [](MutableBytes p) { p[p.size() - padding_size(p)] ^= 1; });
}
ByteVector wrong_padding_middle(Peer12& us) {
    return with_changed(us, peer::most_more_blocks,
                        [](MutableBytes p) { p[p.size() - padding_size(p) / 2] ^= 1; });
}
ByteVector wrong_padding_last(Peer12& us) {
    return with_changed(us, 0, [](MutableBytes p) { p[p.size() - 2] ^= 1; });
}
ByteVector padding_without_pattern(Peer12& us) {
    return with_changed(us, 1, [](MutableBytes p) {
        std::ranges::fill(p.last(padding_size(p)).first(padding_size(p) - 1), std::uint8_t{0xa5});
    });
}
ByteVector padding_length_longer(Peer12& us) {
    return with_changed(us, 0, [](MutableBytes p) { ++p.back(); });
}
ByteVector padding_length_shorter(Peer12& us) {
    return with_changed(us, 1, [](MutableBytes p) { --p.back(); });
}
ByteVector padding_longer_than_record(Peer12& us) {
    return with_plaintext(us, repeated(4 * block, 255));
}
ByteVector padding_over_mac(Peer12& us) {
    return with_plaintext(us, repeated(4 * block, 4 * block - 1));
}
ByteVector wrong_mac_and_padding(Peer12& us) {
    ByteVector record =
        with_changed(us, 1, [](MutableBytes p) { std::ranges::fill(p.last(block), std::uint8_t{0xa5}); });
    if (us.ok()) record.back() ^= 1;
    return record;
}
ByteVector of_another_order(Peer12& us) {
    const bool is_inside = us.mac_order() == MacOrder::mac_then_encrypt;
    return us.seal_cbc(ContentType::application_data, as_bytes("with its MAC elsewhere"),
                       {.order = is_inside ? MacOrder::encrypt_then_mac : MacOrder::mac_then_encrypt});
}
ByteVector byte_too_many(Peer12& us) {
    ByteVector fragment = fragment_of(us);
    fragment.push_back(0);
    return with_fragment(fragment);
}
ByteVector byte_too_few(Peer12& us) {
    ByteVector fragment = fragment_of(us);
    if (us.ok()) fragment.pop_back();
    return with_fragment(fragment);
}
ByteVector block_too_few(Peer12& us) {
    ByteVector fragment = fragment_of(us);
    if (us.ok()) fragment.resize(fragment.size() - block);
    return with_fragment(fragment);
}
ByteVector of_two_blocks(Peer12&) {
    return with_fragment(repeated(2 * block, 0x5a)); // the IV's, and one that holds no MAC
}
ByteVector of_iv_alone(Peer12&) {
    return with_fragment(repeated(block, 0x5a));
}
ByteVector of_nothing_known(Peer12& us) {
    return with_fragment(
        repeated(8 * block + (us.mac_order() == MacOrder::encrypt_then_mac ? mac_size(us) : 0), 0x5a));
}

template <class As, MacOrder order> void send_wrong(As& t, Wrong wrong) {
    connect<order>(t);
    if (!t.ok()) return;
    const ByteVector record = wrong(us12(t));
    t.us().send_bytes(record);
}

template <class As, MacOrder order, Wrong wrong> void refuses(As& t) {
    send_wrong<As, order>(t, wrong);
    t.refused({bad_record_mac});
}
// How long a record is everybody can see: to say so tells nothing.
template <class As, MacOrder order, Wrong wrong> void refuses_short(As& t) {
    send_wrong<As, order>(t, wrong);
    t.refused({bad_record_mac, decode_error});
}

// How the other side ends the connection.
template <class As> std::string end_of(As& t) {
    constexpr int most_events = 64;
    for (int i = 0; i < most_events && t.ok(); ++i) {
        const auto event = t.us().next();
        if (!event) return t.is_over() ? "an end without an alert" : "silence";
        if (event->type == ContentType::alert) return peer::describe(event);
    }
    return "no end";
}

// What somebody without the keys can try. With the MAC behind, padding under a right MAC is not among it.
template <MacOrder order>
constexpr std::array forgeries{&wrong_mac,
                               &wrong_iv,
                               &wrong_first_block,
                               &wrong_last_block,
                               inside<order> ? &wrong_padding_first : &wrong_mac_and_padding,
                               &wrong_mac_of_nothing,
                               inside<order> ? &wrong_padding_of_nothing : &block_too_few,
                               inside<order> ? &padding_longer_than_record : &of_nothing_known};

template <class As, MacOrder order> void answers_alike(As& t) {
    std::string first;
    for (const Wrong wrong : forgeries<order>) {
        if (!first.empty()) t.reconnect();
        send_wrong<As, order>(t, wrong);
        t.from_here();
        const std::string end = end_of(t);
        if (!t.ok()) return;
        if (first.empty()) first = end;
        t.demand(end == first, "every wrong record is answered like one with a wrong MAC: " + first);
    }
}

// ---------------------------------------------------------------- what is legal

template <class As, MacOrder order, std::size_t more_blocks> void accepts_padding(As& t) {
    accepts_finished<order>(t, {.more_blocks = more_blocks});
}

template <class As, MacOrder order> void accepts_empty_data(As& t) {
    connect<order>(t);
    t.from_here();
    for (int i = 0; i < 3; ++i) t.us().send_record(ContentType::application_data, {});
    t.serves();
}

template <class As, MacOrder order> void refuses_long_plaintext(As& t) {
    connect<order>(t);
    t.us().send_record(ContentType::application_data, repeated((1u << 14) + 1, 'x'));
    t.refused({record_overflow});
}

// ---------------------------------------------------------------- what it sends

// Each record that the other side protects: its Finished, its data, its close_notify.
template <MacOrder order, class As, class Look> void look_at_records(As& t, Look look) {
    connect<order>(t);
    if (!t.ok()) return;
    look(t.us().last_record());
    if constexpr (checks_servers<As>)
        if (t.profile().talks) t.us().send_data(t.setting().probe.request);
    t.us().send_alert(AlertDescription::close_notify, AlertLevel::warning);
    constexpr int most_events = 64;
    for (int i = 0; i < most_events && t.ok(); ++i) {
        if (!t.us().next()) break;
        look(t.us().last_record());
    }
}

Bytes iv_of(const ByteVector& record) {
    return Bytes(record).subspan(record::header_size).first(block);
}

template <class As, MacOrder order> void has_fresh_ivs(As& t) {
    std::vector<ByteVector> records;
    const auto keep = [&](const ByteVector& record) {
        const bool is_whole = record.size() >= record::header_size + 2 * block;
        // Several messages may come in one record.
        if (is_whole && (records.empty() || records.back() != record)) records.push_back(record);
    };
    look_at_records<order>(t, keep);
    if (!t.ok()) return;
    t.reconnect();
    look_at_records<order>(t, keep);
    for (std::size_t i = 0; i < records.size(); ++i)
        for (std::size_t k = i + 1; k < records.size(); ++k)
            t.demand(!std::ranges::equal(iv_of(records[i]), iv_of(records[k])), "no two records have one IV");
}

template <class As, MacOrder order> void has_no_residues(As& t) {
    ByteVector before;
    std::size_t count = 0;
    look_at_records<order>(t, [&](const ByteVector& record) {
        if (record.size() < record::header_size + 2 * block || record == before) return;
        const std::size_t behind = inside<order> ? 0 : mac_size(us12(t));
        if (!before.empty())
            t.demand(
                !std::ranges::equal(iv_of(record), Bytes(before).first(before.size() - behind).last(block)),
                "no IV is the last block of the record before");
        before = record;
        ++count;
    });
    if (t.ok() && count < 2) t.does_not_apply("one record came");
}

// ---------------------------------------------------------------- negotiation

template <class As> void refuses_full_extension(As& t) {
    use_cbc<MacOrder::encrypt_then_mac>(t);
    t.refuses({decode_error, illegal_parameter},
              [](auto& hello) { hello.extensions.set(ExtensionType::encrypt_then_mac, bytes({0})); });
}

void answers_unasked(AsClient12& t) {
    use_cbc<MacOrder::mac_then_encrypt>(t);
    t.client().send_client_hello();
    t.client().expect_server_hello();
    t.demand(!t.client().server_hello().extensions.contains(ExtensionType::encrypt_then_mac),
             "encrypt_then_mac is not there");
}

// ---------------------------------------------------------------- the checks

template <MacOrder order> constexpr Rule mac_wrong = inside<order> ? mac_inside_wrong : mac_behind_wrong;
template <MacOrder order>
constexpr Need takes_it = inside<order> ? need::mac_then_encrypt : need::encrypt_then_mac;

// Each has a name for either order.
struct Names {
    std::string_view mac_then_encrypt;
    std::string_view encrypt_then_mac;
};
template <class As, MacOrder order>
constexpr Check check(const Names& names, std::string_view title, const Rule& rule, void (*script)(As&)) {
    return {inside<order> ? names.mac_then_encrypt : names.encrypt_then_mac,
            title,
            rule,
            {takes_it<order>},
            script};
}

template <class As, MacOrder order>
constexpr std::array refusals{
    check<As, order>({"cbc-mac-wrong", "etm-mac-wrong"}, "A record with a wrong MAC is refused",
                     mac_wrong<order>, &refuses<As, order, &wrong_mac>),
    check<As, order>({"cbc-mac-wrong-without-data", "etm-mac-wrong-without-data"},
                     "A record without data is refused where its MAC is wrong", mac_wrong<order>,
                     &refuses<As, order, &wrong_mac_of_nothing>),
    check<As, order>({"cbc-iv-changed", "etm-iv-changed"}, "A record whose IV was changed is refused",
                     mac_wrong<order>, &refuses<As, order, &wrong_iv>),
    check<As, order>({"cbc-first-block-changed", "etm-first-block-changed"},
                     "A record whose first block was changed is refused", mac_wrong<order>,
                     &refuses<As, order, &wrong_first_block>),
    check<As, order>({"cbc-last-block-changed", "etm-last-block-changed"},
                     "A record whose last block was changed is refused with the alert of a wrong MAC",
                     mac_wrong<order>, &refuses<As, order, &wrong_last_block>),
    check<As, order>({"cbc-mac-and-padding-wrong", "etm-mac-and-padding-wrong"},
                     "A record whose MAC and padding are wrong is refused with the alert of a wrong MAC",
                     mac_wrong<order>, &refuses<As, order, &wrong_mac_and_padding>),
    check<As, order>({"cbc-garbage", "etm-garbage"},
                     "A record of blocks that nobody enciphered is refused with the alert of a wrong MAC",
                     mac_wrong<order>, &refuses<As, order, &of_nothing_known>),
    check<As, order>({"cbc-block-missing", "etm-block-missing"}, "A record without its last block is refused",
                     mac_wrong<order>, &refuses<As, order, &block_too_few>),
    check<As, order>(
        {"cbc-mac-behind", "etm-mac-inside"}, "A record whose MAC is elsewhere than was agreed on is refused",
        inside<order> ? agreed_by_both : mac_behind_wrong, &refuses<As, order, &of_another_order>),
    check<As, order>({"cbc-padding-first", "etm-padding-first"},
                     "A wrong first byte of 255 bytes of padding is refused with the alert of a wrong MAC",
                     padding_wrong, &refuses<As, order, &wrong_padding_first>),
    check<As, order>({"cbc-padding-middle", "etm-padding-middle"},
                     "A wrong byte within the padding is refused with the alert of a wrong MAC",
                     padding_wrong, &refuses<As, order, &wrong_padding_middle>),
    check<As, order>({"cbc-padding-last", "etm-padding-last"},
                     "A wrong last byte of padding is refused with the alert of a wrong MAC", padding_wrong,
                     &refuses<As, order, &wrong_padding_last>),
    check<As, order>(
        {"cbc-padding-without-data", "etm-padding-without-data"},
        "A record without data is refused where its padding is wrong, with the alert of a wrong MAC",
        padding_wrong, &refuses<As, order, &wrong_padding_of_nothing>),
    check<As, order>({"cbc-padding-any-bytes", "etm-padding-any-bytes"},
                     "Padding of any bytes, as SSL 3.0 had it, is refused with the alert of a wrong MAC",
                     padding_wrong, &refuses<As, order, &padding_without_pattern>),
    check<As, order>({"cbc-padding-length-more", "etm-padding-length-more"},
                     "A padding_length of one more is refused with the alert of a wrong MAC", padding_wrong,
                     &refuses<As, order, &padding_length_longer>),
    check<As, order>({"cbc-padding-length-less", "etm-padding-length-less"},
                     "A padding_length of one less is refused with the alert of a wrong MAC", padding_wrong,
                     &refuses<As, order, &padding_length_shorter>),
    check<As, order>({"cbc-padding-longer-than-record", "etm-padding-longer-than-record"},
                     "A padding_length beyond the record is refused with the alert of a wrong MAC",
                     padding_wrong, &refuses<As, order, &padding_longer_than_record>),
    check<As, order>({"cbc-byte-too-many", "etm-byte-too-many"},
                     "A record with a byte behind its end is refused with the alert of a wrong MAC",
                     decrypted_invalidly, &refuses<As, order, &byte_too_many>),
    check<As, order>({"cbc-byte-too-few", "etm-byte-too-few"},
                     "A record without its last byte is refused with the alert of a wrong MAC",
                     decrypted_invalidly, &refuses<As, order, &byte_too_few>),
    check<As, order>({"cbc-shorter-than-mac", "etm-shorter-than-mac"},
                     "A record too short for a MAC is refused", mac_wrong<order>,
                     &refuses_short<As, order, &of_two_blocks>),
    check<As, order>({"cbc-iv-alone", "etm-iv-alone"}, "A record of an IV alone is refused", mac_wrong<order>,
                     &refuses_short<As, order, &of_iv_alone>),
    check<As, order>({"cbc-plaintext-too-long", "etm-plaintext-too-long"},
                     "A record with more than 2^14 bytes of data is refused",
                     must("5246 §6.2.1", "The length MUST NOT exceed 2^14."),
                     &refuses_long_plaintext<As, order>),
    check<As, order>(
        {"cbc-one-answer", "etm-one-answer"}, "Wrong MACs and wrong paddings are answered alike",
        // The sentence is about time, which is not judged here: answers that differ tell as much.
        should("5246 §6.2.3.2", "implementations MUST ensure that record processing time is essentially the "
                                "same whether or not the padding is correct."),
        &answers_alike<As, order>),
};

template <class As, MacOrder order>
constexpr std::array others{
    check<As, order>({"cbc-padding-more", "etm-padding-more"},
                     "A block of padding more than is needed is taken", padding_of_any_length,
                     &accepts_padding<As, order, 1>),
    check<As, order>({"cbc-padding-longest", "etm-padding-longest"},
                     "The longest padding, of up to 255 bytes, is taken", padding_of_any_length,
                     &accepts_padding<As, order, peer::most_more_blocks>),
    check<As, order>({"cbc-empty-data", "etm-empty-data"}, "Empty records of application data change nothing",
                     must("5246 §6.2.1", "Zero-length fragments of Application data MAY be sent as they are "
                                         "potentially useful as a traffic analysis countermeasure."),
                     &accepts_empty_data<As, order>),
    check<As, order>({"cbc-iv-fresh", "etm-iv-fresh"}, "Every record has an IV of its own",
                     must("5246 §6.2.3.2", "The Initialization Vector (IV) SHOULD be chosen at random, and "
                                           "MUST be unpredictable."),
                     &has_fresh_ivs<As, order>),
    check<As, order>({"cbc-iv-no-residue", "etm-iv-no-residue"},
                     "An IV is not the last block of the record before",
                     must("5246 §6.2.3.2",
                          "in versions of TLS prior to 1.1, there was no IV field, and the last ciphertext "
                          "block of the previous record (the \"CBC residue\") was used as the IV. This was "
                          "changed to prevent the attacks described in [CBCATT]."),
                     &has_no_residues<As, order>),
};

// What holds of one order alone.
template <class As>
constexpr std::array mac_inside_alone{
    check<As, MacOrder::mac_then_encrypt>(
        {"cbc-padding-over-mac", ""},
        "Padding that leaves no place for the MAC is refused with the alert of a wrong MAC", padding_wrong,
        &refuses<As, MacOrder::mac_then_encrypt, &padding_over_mac>),
};
template <class As>
constexpr std::array mac_behind_alone{
    check<As, MacOrder::encrypt_then_mac>({"", "etm-not-empty"}, "encrypt_then_mac with contents is refused",
                                          extension_is_empty, &refuses_full_extension<As>),
};
constexpr std::array servers_alone{
    check<AsClient12, MacOrder::mac_then_encrypt>({"cbc-encrypt-then-mac-unasked", ""},
                                                  "encrypt_then_mac does not come where it was not offered",
                                                  agreed_by_both, &answers_unasked),
};

template <std::size_t... size> constexpr auto together(const std::array<Check, size>&... parts) {
    std::array<Check, (size + ...)> all{};
    auto end = all.begin();
    ((end = std::ranges::copy(parts, end).out), ...);
    return all;
}

template <class As>
constexpr auto etm_checks = together(refusals<As, MacOrder::encrypt_then_mac>,
                                     others<As, MacOrder::encrypt_then_mac>, mac_behind_alone<As>);
template <class As>
constexpr auto cbc_checks = together(refusals<As, MacOrder::mac_then_encrypt>,
                                     others<As, MacOrder::mac_then_encrypt>, mac_inside_alone<As>);
constexpr auto cbc_checks_of_servers = together(cbc_checks<AsClient12>, servers_alone);

} // namespace

Group server_cbc() {
    return {"Servers, TLS 1.2: CBC", cbc_checks_of_servers};
}
Group server_encrypt_then_mac() {
    return {"Servers, TLS 1.2: CBC with encrypt-then-MAC", etm_checks<AsClient12>};
}
Group client_cbc() {
    return {"Clients, TLS 1.2: CBC", cbc_checks<AsServer12>};
}
Group client_encrypt_then_mac() {
    return {"Clients, TLS 1.2: CBC with encrypt-then-MAC", etm_checks<AsServer12>};
}

} // namespace pavise::conform
