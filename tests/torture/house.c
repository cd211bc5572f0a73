/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office and one kiosk below one root. */
#include "tests/torture/house.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "complaint/letter.h"
#include "courier/exchange.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "device/enroll.h"
#include "office/audit.h"
#include "office/fleet.h"
#include "office/import.h"
#include "office/publish.h"
#include "office/root.h"
#include "office/triage.h"
#include "office/vault_folder.h"
#include "protocol/record.h"
#include "tests/torture/scene.h"

/* The record of the session after house_chain; 0: none yet. */
static uint64_t filed;

const struct passphrase house_passphrase = {.len = 21, .text = "a passphrase of tests"};

/* The envelopes that the base's outbox held. */
static struct {
    uint64_t first, last;
    uint8_t hashes[HOUSE_RECORDS][MARKS_HASH]; /* by number */
} base;

const char *house_path(const char *root, const char *name)
{
    static char paths[4][HOUSE_PATH];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, HOUSE_PATH, "%s/%s", root, name);
    return path;
}

void house_must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "torture: cannot make the folder: %s\n", what);
    exit(2);
}

void house_hash(const void *data, size_t len, uint8_t hash[MARKS_HASH])
{
    const struct hash_part part = {data, len};
    house_must(hash_sha256(hash, &part, 1) == 0, "a hash");
}

/* --- the office --- */

uint32_t house_now(void)
{
    return day_today() * DAY_MINUTES;
}

enum error house_make_office(const char *root, char fingerprint[CHARTER_FINGERPRINT_LEN])
{
    const struct vault_order order = {.name = "Office", .officer = "First", .now = house_now()};
    setenv("HOME", root, 1);
    return vault_make(house_path(root, "office"), &order, &house_passphrase, fingerprint);
}

/* Boards of few answers, since each is written anew at every cut. */
static void make_boards_small(const char *root)
{
    struct vault *vault = NULL;
    struct root *keys = NULL;
    house_must(vault_open(house_path(root, "office"), &vault) == ERROR_NONE, "its charter");
    struct charter *charter = &vault->charter;
    charter->number = 2;
    charter->settings[CHARTER_ANSWERS] = charter_ranges[CHARTER_ANSWERS].least;
    house_must(root_load(vault->dir, charter->root, &house_passphrase, &keys) == ERROR_NONE &&
                   charter_encode(charter, keys->seed, vault->charter_bytes) == ERROR_NONE &&
                   file_write(vault->dir, VAULT_CHARTER_FILE, 0600, vault->charter_bytes,
                              CHARTER_LEN) == ERROR_NONE,
               "a charter of small boards");
    secret_free(keys);
    vault_close(&vault);
}

void house_must_office(const char *root)
{
    char fingerprint[CHARTER_FINGERPRINT_LEN];
    house_must(secret_start() == ERROR_NONE, "locked memory");
    memset(&base, 0, sizeof base);
    house_must(house_make_office(root, fingerprint) == ERROR_NONE, "an office");
    make_boards_small(root);
    house_must(mkdir(house_path(root, "media"), 0755) == 0, "a medium");
}

enum error house_vault_of(const char *root, const char *officer, struct vault **vault)
{
    enum error error = vault_open(house_path(root, "office"), vault);
    setenv("HOME", root, 1);
    return error == ERROR_NONE
               ? vault_unlock(*vault, officer != NULL ? house_path(root, officer) : NULL,
                              &house_passphrase)
               : error;
}

enum error house_vault(const char *root, struct vault **vault)
{
    return house_vault_of(root, NULL, vault);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return remove(path);
}

void house_throw_away(const char *root, const char *name)
{
    nftw(house_path(root, name), remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

enum error house_root(const struct vault *vault, struct root **keys)
{
    return root_load(vault->dir, vault->charter.root, &house_passphrase, keys);
}

enum error house_enroll(const char *root, const char *request, const char *facility)
{
    struct vault *vault = NULL;
    struct root *keys = NULL;
    char kiosk[CARD_KIOSK_TEXT_LEN];
    const char *blamed = NULL;
    const struct fleet_order order = {.request = house_path(root, request),
                                      .facility = facility,
                                      .type = 1,
                                      .out = house_path(root, "media/k.card"),
                                      .now = house_now()};
    enum error error = house_vault(root, &vault);
    if (error == ERROR_NONE)
        error = house_root(vault, &keys);
    if (error == ERROR_NONE)
        error = fleet_enroll(vault, keys, &order, kiosk, &blamed);
    secret_free(keys);
    vault_close(&vault);
    return error;
}

static int import(const char *root, const char *media, struct import_report *report)
{
    struct import import = {.now = house_now()};
    enum error error = house_vault(root, &import.vault);
    if (error == ERROR_NONE)
        import_path(&import, house_path(root, media));
    vault_close(&import.vault);
    *report = import.report;
    return error;
}

void house_must_import(const char *root, const char *media)
{
    struct import_report report;
    house_must(import(root, media, &report) == ERROR_NONE && report.refused == 0, "an import");
}

void house_must_publish(const char *root, const char *out)
{
    struct vault *vault = NULL;
    struct publish_report report;
    house_must(house_vault(root, &vault) == ERROR_NONE, "the office");
    house_must(publish_run(vault, house_path(root, out), house_now(), &report) == ERROR_NONE,
               "a board");
    vault_close(&vault);
}

/* --- the audit --- */

static enum error find(void *context, const struct audit_finding *finding)
{
    const char **wrong = context;
    *wrong = audit_kind_name(finding->kind);
    return ERROR_NONE;
}

const char *house_audit(struct vault *vault)
{
    struct audit_report report;
    const char *wrong = NULL;
    enum error error = audit_run(vault, find, &wrong, &report);
    if (error == ERROR_NONE && wrong == NULL)
        error = audit_verify(vault, find, &wrong, &report);
    if (error != ERROR_NONE)
        return error_text(error);
    if (wrong == NULL && report.findings > 0)
        wrong = "the audit found something and does not say what";
    return wrong == NULL && vault->history.fault_count > 0 ? "the history has faults" : wrong;
}

/* --- the kiosk --- */

void house_must_kiosk(const char *root)
{
    char kiosk[CARD_KIOSK_TEXT_LEN];
    house_must(enroll_kiosk(house_path(root, "state"), day_today(), kiosk) == ERROR_NONE,
               "a kiosk");
    /* A copy, for a second card: the kiosk throws its own away with the first. */
    house_must(link(house_path(root, "state/enroll.request"), house_path(root, "request")) == 0,
               "a request");
}

void house_must_card(const char *root)
{
    house_must(house_enroll(root, "request", "PC-17") == ERROR_NONE, "a card");
    house_must_carry(root, "media");
}

void house_must_carry(const char *root, const char *media)
{
    struct exchange_report report;
    mkdir(house_path(root, media), 0755);
    house_must(exchange_run(house_path(root, "state"), house_path(root, media), day_today(),
                            &report) == ERROR_NONE,
               "an exchange");
}

void house_keys(char who, struct code_keys *keys)
{
    memset(keys->tag, who, sizeof keys->tag);
    memset(keys->answer, who + 1, sizeof keys->answer);
}

enum error house_seal(const struct state *state, uint64_t seq, char who,
                      uint8_t envelope[ENVELOPE_LEN])
{
    uint8_t raw[LETTER_LEN];
    struct letter letter = {.kind = who == ' ' ? LETTER_COVER : LETTER_COMPLAINT,
                            .session = seq,
                            .day = day_today(),
                            .language = "ru",
                            .category = "A1",
                            .consent = 1,
                            .text = "text",
                            .text_len = who == ' ' ? 0 : 4};
    if (who == '!') {
        random_bytes(envelope, ENVELOPE_LEN);
        return ERROR_NONE;
    }
    memcpy(letter.facility, state->card.facility, sizeof letter.facility);
    memcpy(letter.kiosk, state->kiosk, sizeof letter.kiosk);
    memset(letter.tag_key, who, sizeof letter.tag_key);
    memset(letter.answer_key, who + 1, sizeof letter.answer_key);
    house_must(letter_encode(&letter, raw) == ERROR_NONE, "a letter");
    return envelope_seal(state->charter.intake[0].key, raw, envelope);
}

void house_file(const struct state *state, struct outbox *outbox, char who)
{
    uint8_t envelope[ENVELOPE_LEN], record[RECORD_LEN], hash[MARKS_HASH];
    struct outbox_tip tip, next = {.day = day_today()};
    if (outbox_tip(outbox, &tip) != ERROR_NONE)
        return;
    next.seq = tip.seq + 1;
    if (house_seal(state, next.seq, who, envelope) != ERROR_NONE ||
        record_encode(next.seq, tip.hash, next.day, envelope, state->seed, record, next.hash) !=
            ERROR_NONE)
        return;
    house_hash(envelope, sizeof envelope, hash);
    marks_try(HOUSE_STORED, next.seq, hash);
    if (outbox_append(outbox, &next, record, sizeof record) == ERROR_NONE)
        marks_done(HOUSE_STORED, next.seq, hash);
}

static enum error open_kiosk(const char *root, struct state **state, struct outbox **outbox)
{
    char path[4096];
    *outbox = NULL;
    int error = state_open(house_path(root, "state"), state);
    if (error != ERROR_NONE)
        return error;
    state_outbox_path(*state, path);
    return outbox_open(path, DB_OPEN, outbox);
}

/* The number of the last record; 0: none could be filed. */
static uint64_t file_all(const struct state *state, struct outbox *outbox, const char *who)
{
    struct outbox_tip before, tip;
    const uint64_t wanted = strlen(who);
    if (state_ready(state, day_today()) != ERROR_NONE || outbox_tip(outbox, &before) != ERROR_NONE)
        return 0;
    for (; *who != '\0'; who++)
        house_file(state, outbox, *who);
    return outbox_tip(outbox, &tip) == ERROR_NONE && tip.seq == before.seq + wanted ? tip.seq : 0;
}

static uint64_t file_at(const char *root, const char *who)
{
    struct state *state = NULL;
    struct outbox *outbox = NULL;
    uint64_t last = 0;
    if (open_kiosk(root, &state, &outbox) == ERROR_NONE)
        last = file_all(state, outbox, who);
    outbox_close(&outbox);
    state_close(&state);
    return last;
}

void house_must_file(const char *root, const char *who)
{
    house_must(file_at(root, who) > 0, "letters");
}

/* --- the chain --- */

struct chain {
    const struct marks *marks;
    uint8_t key[32];
    uint64_t first, next;
    uint8_t previous[RECORD_HASH_LEN];
    uint8_t hashes[HOUSE_RECORDS][MARKS_HASH]; /* of the envelopes, by number */
    const char *wrong;
    bool goes_on; /* looked at whole, it takes another record */
};

static const char *weigh_record(struct chain *chain, uint64_t seq, const uint8_t *bytes, size_t len)
{
    struct record record;
    if (len != RECORD_LEN || record_decode(bytes, &record) != ERROR_NONE || record.seq != seq)
        return "a record that is none";
    if (seq != chain->next || seq >= HOUSE_RECORDS)
        return "a record out of order";
    if (record_check(&record, chain->key) != ERROR_NONE)
        return "a record that the kiosk did not sign";
    if (seq > chain->first && memcmp(record.previous, chain->previous, RECORD_HASH_LEN) != 0)
        return "the chain is broken";
    memcpy(chain->previous, record.hash, RECORD_HASH_LEN);
    chain->next++;
    house_hash(record.envelope, ENVELOPE_LEN, chain->hashes[seq]);
    for (uint64_t i = chain->first; i < seq; i++)
        if (memcmp(chain->hashes[i], chain->hashes[seq], MARKS_HASH) == 0)
            return "an envelope twice";
    return NULL;
}

static enum error chain_each(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    struct chain *chain = context;
    chain->wrong = weigh_record(chain, seq, bytes, len);
    return chain->wrong == NULL ? ERROR_NONE : ERROR_OUTBOX;
}

static const char *walk(struct chain *chain, struct outbox *outbox)
{
    struct outbox_tip tip;
    if (outbox_tip(outbox, &tip) != ERROR_NONE || outbox_first(outbox, &chain->first) != ERROR_NONE)
        return "the ends of the chain cannot be read";
    if (chain->first == 0)
        chain->first = tip.seq + 1;
    chain->next = chain->first;
    int error = outbox_each(outbox, chain->first, tip.seq, chain_each, chain);
    if (chain->wrong != NULL)
        return chain->wrong;
    if (error != ERROR_NONE || chain->next != tip.seq + 1)
        return "records are missing";
    if (tip.seq >= chain->first && memcmp(tip.hash, chain->previous, RECORD_HASH_LEN) != 0)
        return "the tip is not that of the last record";
    return NULL;
}

static bool is_there(const struct chain *chain, uint64_t seq, const uint8_t hash[MARKS_HASH])
{
    return seq < chain->next && memcmp(chain->hashes[seq], hash, MARKS_HASH) == 0;
}

/* Whoever was told that it is stored must find it; what is there was filed by somebody. */
static const char *compare(const struct chain *chain, uint64_t gone)
{
    if (chain->first > gone + 1)
        return scene_lost("records are dropped that the office never acknowledged");
    for (size_t i = 0; i < chain->marks->n; i++) {
        const struct mark *mark = &chain->marks->all[i];
        if (mark->what != HOUSE_STORED || !mark->done)
            continue;
        if (mark->n >= chain->first && !is_there(chain, mark->n, mark->hash))
            return scene_lost("an acknowledged envelope is lost");
        scene_found(1);
    }
    for (uint64_t seq = base.first; seq <= base.last; seq++)
        if (seq >= chain->first && !is_there(chain, seq, base.hashes[seq]))
            return scene_lost("an envelope of before is lost");
    for (uint64_t seq = base.last + 1; seq < chain->next; seq++)
        if (seq >= chain->first && !marks_knows(chain->marks, HOUSE_STORED, chain->hashes[seq]))
            return "an envelope that nobody filed";
    return NULL;
}

static const char *look_at(const char *root, struct chain *chain)
{
    struct state *state = NULL;
    struct outbox *outbox = NULL;
    const char *wrong = NULL;
    enum error error = open_kiosk(root, &state, &outbox);
    if (error != ERROR_NONE)
        wrong = outbox == NULL && state != NULL ? "the outbox does not open"
                                                : "the state folder does not open";
    if (wrong == NULL) {
        memcpy(chain->key, state->key, sizeof chain->key);
        wrong = walk(chain, outbox);
    }
    if (wrong == NULL && chain->goes_on)
        filed = file_all(state, outbox, "z");
    outbox_close(&outbox);
    state_close(&state);
    return wrong;
}

const char *house_chain(const char *root, const struct marks *marks, uint64_t gone)
{
    struct chain chain = {.marks = marks, .goes_on = true};
    filed = 0;
    const char *wrong = look_at(root, &chain);
    return wrong != NULL ? wrong : compare(&chain, gone);
}

void house_must_remember(const char *root)
{
    struct chain chain = {.first = 0};
    const char *wrong = look_at(root, &chain);
    house_must(wrong == NULL, wrong);
    base.first = chain.first;
    base.last = chain.next - 1;
    memcpy(base.hashes, chain.hashes, sizeof base.hashes);
}

/* --- going on --- */

const char *house_carries(const char *root, const char *media)
{
    struct exchange_report report;
    mkdir(house_path(root, media), 0755);
    int error =
        exchange_run(house_path(root, "state"), house_path(root, media), day_today(), &report);
    return error == ERROR_NONE ? NULL : error_text(error);
}

/* What the office knows of its one kiosk. */
static const char *weigh_kiosk(struct vault *vault, uint64_t last)
{
    struct fleet_row *rows = NULL;
    size_t n = 0;
    const char *wrong = NULL;
    int error = fleet_list(vault, house_now(), &rows, &n);
    if (error != ERROR_NONE || n != 1)
        wrong = error != ERROR_NONE ? error_text(error) : "not one kiosk";
    else if (rows[0].kiosk.tip_seq != last || rows[0].kiosk.last_seq != last)
        wrong = "not everything has arrived at the office";
    else if (rows[0].gaps.n > 0 || rows[0].forks.n > 0 || rows[0].rollbacks.n > 0)
        wrong = "the office sees a gap, a fork or a rollback";
    fleet_free(rows, n);
    return wrong;
}

const char *house_imports(const char *root, const char *media)
{
    struct import_report report;
    int error = import(root, media, &report);
    if (error != ERROR_NONE)
        return error_text(error);
    return report.refused > 0 ? "a bundle is refused" : NULL;
}

const char *house_goes_on(const char *root)
{
    struct vault *vault = NULL;
    struct import import = {.now = house_now()};
    uint64_t last = filed > 0 ? filed : file_at(root, "z");
    filed = 0;
    if (last == 0)
        return "the next session cannot file";
    const char *wrong = house_carries(root, "after");
    if (wrong != NULL)
        return wrong;
    enum error error = house_vault(root, &vault);
    if (error == ERROR_NONE) {
        import.vault = vault;
        import_path(&import, house_path(root, "after"));
        wrong = import.report.refused > 0 ? "a bundle is refused" : weigh_kiosk(vault, last);
    }
    if (error == ERROR_NONE && wrong == NULL)
        wrong = house_audit(vault);
    vault_close(&vault);
    return error == ERROR_NONE ? wrong : error_text(error);
}
