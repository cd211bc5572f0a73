/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit: the history read anew, then every body, key and record held against it. */
#include "office/audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/grow.h"
#include "crypto/secret.h"
#include "office/audit_board.h"
#include "office/audit_letter.h"
#include "office/contact.h"
#include "office/item.h"
#include "office/restored.h"

const char *audit_kind_name(enum audit_kind kind)
{
    static const char *const names[AUDIT_KINDS] = {
        [AUDIT_HISTORY] = "history",   [AUDIT_VOID] = "void",
        [AUDIT_BODY] = "body",         [AUDIT_KEY] = "key",
        [AUDIT_RECORDS] = "records",   [AUDIT_STRAY_RECORD] = "stray record",
        [AUDIT_TIP] = "tip",           [AUDIT_OFFICER] = "officer",
        [AUDIT_WRAP] = "wrap",         [AUDIT_BOARD] = "board",
        [AUDIT_QUEUE] = "queue",       [AUDIT_ARRIVALS] = "arrivals",
        [AUDIT_RESTORED] = "restored", [AUDIT_DATABASE] = "database",
    };
    return names[kind];
}

struct audit {
    struct vault *vault;
    struct history history; /* read anew */
    audit_fn *each;
    void *context;
    struct audit_report *report;
    uint8_t *plain; /* ACT_BODY_MAX and a key, in secret memory */
};
enum { KEY_AT = ACT_BODY_MAX };

static enum error say(struct audit *audit, const struct audit_finding *finding)
{
    audit->report->findings++;
    return audit->each(audit->context, finding);
}

static enum error say_fault(void *context, const struct history_fault *fault)
{
    const struct audit_finding finding = {
        .kind = AUDIT_HISTORY, .fault = fault->kind, .txn = fault->txn, .seq = fault->seq};
    return say(context, &finding);
}

/* --- acts, bodies and keys --- */

static enum error say_act(struct audit *audit, enum audit_kind kind, const struct journal_act *row)
{
    const struct fold_act *act = fold_act(audit->history.fold, row->seq);
    const struct audit_finding finding = {
        .kind = kind,
        .verdict = act != NULL ? (enum fold_verdict)act->verdict : FOLD_UNREADABLE,
        .txn = row->txn,
        .seq = row->seq,
        .officer = act != NULL ? act->officer : 0,
    };
    return say(audit, &finding);
}

static bool is_void(const struct fold_act *act)
{
    return act != NULL && act->verdict != FOLD_COUNTS && act->verdict != FOLD_UNKNOWN &&
           act->verdict != FOLD_UNREADABLE;
}

/* The key of an act's body: the house's, or that of the case. ERROR_KEY_UNFIT when this officer has
   not been given it, ERROR_SEAL also when it is said to be wrapped under what nobody made. */
static enum error find_key(struct audit *audit, const struct journal_act *row,
                           const struct act *act, const uint8_t **key)
{
    uint8_t compartment = 0;
    uint32_t generation = 0;
    struct journal_casekey casekey;
    act_head_needs(row, &compartment, &generation);
    if (compartment == KEYSET_HOUSE) {
        *key = keyset_find(audit->vault->keys, compartment, generation)->body;
        return ERROR_NONE;
    }
    *key = audit->plain + KEY_AT;
    enum error error = journal_casekey(audit->vault->journal, act->commitment, &casekey);
    if (error == ERROR_NONE &&
        fold_commitment(audit->history.fold, casekey.compartment, casekey.generation) == NULL)
        return ERROR_SEAL;
    return error == ERROR_NONE
               ? grant_open_case_key(audit->vault->keys, &casekey, audit->plain + KEY_AT)
               : error;
}

/* Of a letter that counts. */
static enum error check_arrived(struct audit *audit, const struct journal_act *row,
                                const uint8_t *content, size_t len)
{
    const struct fold_act *act = fold_act(audit->history.fold, row->seq);
    bool fits = true;
    if (act == NULL || act->kind != ACT_LETTER || act->verdict != FOLD_COUNTS)
        return ERROR_NONE;
    enum error error = audit_letter_check(audit->vault->journal, audit->vault->charter.number,
                                          content, len, &fits);
    return error == ERROR_NONE && !fits ? say_act(audit, AUDIT_ARRIVALS, row) : error;
}

static enum error check_body(struct audit *audit, const struct journal_act *row,
                             const struct act *act)
{
    uint8_t sealed[JOURNAL_BODY_MAX];
    const uint8_t *key = NULL, *content = NULL;
    size_t len = 0, content_len = 0;
    enum error error = find_key(audit, row, act, &key);
    if (error == ERROR_KEY_UNFIT) {
        audit->report->sealed++;
        return ERROR_NONE;
    }
    if (error == ERROR_NO_ROW || error == ERROR_SEAL)
        return say_act(audit, AUDIT_KEY, row);
    if (error == ERROR_NONE)
        error = journal_body(audit->vault->journal, row->seq, sealed, &len);
    const struct act_body_key body = {audit->vault->keys->office, key};
    if (error == ERROR_NONE)
        error = act_open_body(&body, sealed, len, row->body_digest, audit->plain, &content,
                              &content_len);
    if (error == ERROR_NO_ROW || error == ERROR_SEAL || error == ERROR_MALFORMED ||
        error == ERROR_JOURNAL_CORRUPT)
        return say_act(audit, AUDIT_BODY, row);
    audit->report->bodies += error == ERROR_NONE;
    return error == ERROR_NONE ? check_arrived(audit, row, content, content_len) : error;
}

static enum error check_no_body(struct audit *audit, const struct journal_act *row)
{
    uint8_t sealed[JOURNAL_BODY_MAX];
    size_t len = 0;
    enum error error = journal_body(audit->vault->journal, row->seq, sealed, &len);
    if (error == ERROR_NO_ROW)
        return ERROR_NONE;
    return error == ERROR_NONE || error == ERROR_JOURNAL_CORRUPT ? say_act(audit, AUDIT_BODY, row)
                                                                 : error;
}

static enum error check_act(void *context, const struct journal_act *row)
{
    static const uint8_t none[HASH_LEN];
    struct audit *audit = context;
    struct act act;
    audit->report->acts++;
    enum error error = ERROR_NONE;
    if (is_void(fold_act(audit->history.fold, row->seq)))
        error = say_act(audit, AUDIT_VOID, row);
    if (error == ERROR_NONE)
        error = history_open_head(audit->vault->keys, row, &act);
    if (error == ERROR_SEAL || error == ERROR_MALFORMED || error == ERROR_KEY_UNFIT)
        return ERROR_NONE; /* the history has said it */
    if (error != ERROR_NONE)
        return error;
    return memcmp(row->body_digest, none, HASH_LEN) == 0 ? check_no_body(audit, row)
                                                         : check_body(audit, row, &act);
}

/* --- officers --- */

static enum error say_officer(struct audit *audit, uint32_t no)
{
    const struct audit_finding finding = {.kind = AUDIT_OFFICER, .officer = no};
    return say(audit, &finding);
}

/* Of a row that no act speaks of. */
static enum error check_officer(void *context, const struct journal_officer *officer)
{
    struct audit *audit = context;
    return fold_officer(audit->history.fold, officer->no) == NULL ? say_officer(audit, officer->no)
                                                                  : ERROR_NONE;
}

/* Both ways: every officer whom an act named has a row with these keys, and there is no other. */
static enum error check_officers(struct audit *audit)
{
    enum error error = journal_each_officer(audit->vault->journal, check_officer, audit);
    for (uint32_t no = 1; no <= fold_officer_count(audit->history.fold) && error == ERROR_NONE;
         no++) {
        struct journal_officer officer;
        error = history_signer(&audit->history, no, &officer);
        if (error == ERROR_NO_ROW || error == ERROR_SEAL)
            error = say_officer(audit, no);
    }
    return error;
}

/* --- secrets that were given --- */

/* The wraps of one holder that are of secrets which an act made. */
struct given {
    const struct fold *fold;
    uint64_t n;
};

static enum error count_wrap(void *context, const struct journal_wrap *wrap)
{
    struct given *given = context;
    given->n += fold_commitment(given->fold, wrap->compartment, wrap->generation) != NULL;
    return ERROR_NONE;
}

/* Everybody who was not removed is given every secret, and the recovery key is. Whether a wrap
   opens, only its owner can tell. */
static enum error check_wraps(struct audit *audit)
{
    const struct fold *fold = audit->history.fold;
    uint64_t made = 0;
    enum error error = ERROR_NONE;
    for (size_t i = 0; keyset_compartments[i] != 0; i++)
        made += fold_generation(fold, keyset_compartments[i]);
    for (uint32_t no = 0; no <= fold_officer_count(fold) && error == ERROR_NONE; no++) {
        const struct audit_finding lacking = {.kind = AUDIT_WRAP, .officer = no};
        struct given given = {.fold = fold};
        if (no > 0 && fold_officer(fold, no)->role == ACT_NOBODY)
            continue;
        error = journal_each_wrap(audit->vault->journal, no, count_wrap, &given);
        if (error == ERROR_NONE && given.n < made)
            error = say(audit, &lacking);
    }
    return error;
}

/* --- records --- */

/* The records of one import act, gathered until the next act's begin. */
struct taken {
    struct audit *audit;
    uint64_t act; /* 0: none yet */
    struct journal_record *all;
    const struct journal_record **order;
    size_t n, room, order_room;
    bool *seen; /* by number, the acts of which there are records */
};

static enum error say_records(struct audit *audit, enum audit_kind kind, uint64_t act,
                              const uint8_t *kiosk)
{
    const struct fold_act *kept = fold_act(audit->history.fold, act);
    struct audit_finding finding = {
        .kind = kind, .seq = act, .officer = kept != NULL ? kept->officer : 0};
    if (kiosk != NULL)
        memcpy(finding.kiosk, kiosk, sizeof finding.kiosk);
    return say(audit, &finding);
}

static enum error read_contact(struct audit *audit, uint64_t act, struct contact *contact)
{
    const uint8_t *content = NULL;
    size_t len = 0;
    enum error error = history_body(&audit->history, act, ACT_IMPORT, audit->plain, &content, &len);
    return error == ERROR_NONE ? contact_decode(content, len, contact) : error;
}

/* Whether n records are those that an import act says it took. */
static enum error compare(struct taken *taken, uint64_t act, bool *same)
{
    struct contact contact;
    uint8_t digest[HASH_LEN];
    *same = false;
    enum error error = read_contact(taken->audit, act, &contact);
    if (error == ERROR_JOURNAL_ROW || error == ERROR_MALFORMED)
        return ERROR_NONE;
    if (error == ERROR_NONE)
        error = GROW(taken->order, 0, taken->n, taken->order_room);
    for (size_t i = 0; i < taken->n && error == ERROR_NONE; i++)
        taken->order[i] = &taken->all[i];
    if (error == ERROR_NONE)
        error = contact_digest(taken->order, taken->n, digest);
    *same = error == ERROR_NONE && contact.taken == taken->n &&
            memcmp(contact.digest, digest, HASH_LEN) == 0;
    return error;
}

static enum error close_act(struct taken *taken)
{
    const struct fold_act *act = fold_act(taken->audit->history.fold, taken->act);
    const uint8_t *kiosk = taken->n > 0 ? taken->all[0].kiosk : NULL;
    bool same = false;
    enum error error = ERROR_NONE;
    if (taken->act == 0)
        return ERROR_NONE;
    if (act == NULL || act->kind != ACT_IMPORT || act->verdict != FOLD_COUNTS)
        return say_records(taken->audit, AUDIT_STRAY_RECORD, taken->act, kiosk);
    error = compare(taken, taken->act, &same);
    if (error == ERROR_NONE && !same)
        error = say_records(taken->audit, AUDIT_RECORDS, taken->act, kiosk);
    return error;
}

static enum error take_record(void *context, const struct journal_record *record)
{
    struct taken *taken = context;
    enum error error = ERROR_NONE;
    taken->audit->report->records++;
    if (record->act != taken->act) {
        error = close_act(taken);
        taken->act = record->act;
        taken->seen[record->act <= fold_last(taken->audit->history.fold) ? record->act : 0] = true;
        taken->n = 0;
    }
    if (error == ERROR_NONE)
        error = GROW(taken->all, taken->n, 1, taken->room);
    if (error == ERROR_NONE)
        taken->all[taken->n++] = *record;
    return error;
}

/* Import acts that took records of which none is left. */
static enum error check_emptied(struct taken *taken)
{
    struct audit *audit = taken->audit;
    const struct fold *fold = audit->history.fold;
    enum error error = ERROR_NONE;
    taken->n = 0;
    for (uint64_t seq = 1; seq <= fold_last(fold) && error == ERROR_NONE; seq++) {
        const struct fold_act *act = fold_act(fold, seq);
        bool same = true;
        if (act->kind != ACT_IMPORT || act->verdict != FOLD_COUNTS || taken->seen[seq])
            continue;
        error = compare(taken, seq, &same);
        if (error == ERROR_NONE && !same)
            error = say_records(audit, AUDIT_RECORDS, seq, NULL);
    }
    return error;
}

static enum error check_records(struct audit *audit)
{
    struct taken taken = {.audit = audit};
    taken.seen = calloc((size_t)fold_last(audit->history.fold) + 1, sizeof *taken.seen);
    enum error error = taken.seen != NULL ? ERROR_NONE : ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = journal_each_record(audit->vault->journal, 0, take_record, &taken);
    if (error == ERROR_NONE)
        error = close_act(&taken);
    if (error == ERROR_NONE)
        error = check_emptied(&taken);
    free(taken.all);
    free(taken.order);
    free(taken.seen);
    return error;
}

/* --- what is noted of kiosks --- */

/* Of a row that no act speaks of, or whose end is not that of the records. */
static enum error check_tip(void *context, const struct journal_kiosk *kiosk)
{
    struct audit *audit = context;
    struct journal_kiosk found;
    enum error error = journal_tip(audit->vault->journal, kiosk, &found);
    if (error != ERROR_NONE)
        return error;
    return fold_kiosk_of(audit->history.fold, kiosk->kiosk) != NULL &&
                   found.tip_seq == kiosk->tip_seq && found.tip_day == kiosk->tip_day &&
                   memcmp(found.tip_hash, kiosk->tip_hash, sizeof found.tip_hash) == 0
               ? ERROR_NONE
               : say_records(audit, AUDIT_TIP, 0, kiosk->kiosk);
}

static enum error check_kiosks(struct audit *audit)
{
    const struct fold *fold = audit->history.fold;
    enum error error = journal_each_kiosk(audit->vault->journal, check_tip, audit);
    for (size_t i = 0; i < fold_kiosk_count(fold) && error == ERROR_NONE; i++) {
        const uint8_t *id = fold_kiosk(fold, i)->id;
        struct journal_kiosk kiosk;
        error = journal_kiosk(audit->vault->journal, id, &kiosk);
        if (error == ERROR_NO_ROW)
            error = say_records(audit, AUDIT_TIP, 0, id);
    }
    return error;
}

/* --- restored --- */

static enum error check_restored(struct audit *audit)
{
    const struct fold *fold = audit->history.fold;
    enum error error = ERROR_NONE;
    for (uint64_t seq = 1; seq <= fold_last(fold) && error == ERROR_NONE; seq++) {
        const struct fold_act *act = fold_act(fold, seq);
        struct restored restored;
        if (act->kind != ACT_RESTORED || act->verdict != FOLD_COUNTS)
            continue;
        audit->report->restored = seq;
        audit->report->restored_minute = act->minute;
        error = restored_read(&audit->history, seq, &restored);
        if (error == ERROR_FORGED)
            error = say_records(audit, AUDIT_RESTORED, seq, NULL);
        else if (error == ERROR_JOURNAL_ROW)
            error = ERROR_NONE; /* the body is named by itself */
    }
    return error;
}

/* --- the whole --- */

static enum error say_board(void *context, enum audit_board_part part, uint64_t act)
{
    static const enum audit_kind kinds[] = {
        [AUDIT_BOARD_MADE] = AUDIT_BOARD,
        [AUDIT_BOARD_TAGS] = AUDIT_ARRIVALS,
        [AUDIT_BOARD_MESSAGES] = AUDIT_QUEUE,
    };
    return say_records(context, kinds[part], act, NULL);
}

/* What stands beside the acts follows from them. */
static enum error check_beside(struct audit *audit)
{
    enum error error = check_officers(audit);
    if (error == ERROR_NONE)
        error = check_restored(audit);
    if (error == ERROR_NONE)
        error = check_wraps(audit);
    if (error == ERROR_NONE)
        error = check_kiosks(audit);
    return error == ERROR_NONE ? audit_board_check(&audit->history, say_board, audit) : error;
}

static enum error run(struct audit *audit)
{
    struct vault *vault = audit->vault;
    audit->history.lost = vault->history.lost; /* what the officer's view has seen */
    enum error error = history_follow(&audit->history);
    audit->report->txns = audit->history.txn;
    if (error == ERROR_NONE)
        error = journal_each_act(vault->journal, 0, check_act, audit);
    if (error == ERROR_NONE)
        error = check_beside(audit);
    return error == ERROR_NONE ? check_records(audit) : error;
}

static enum error begin(struct audit *audit, enum error (*go)(struct audit *audit))
{
    const struct vault *vault = audit->vault;
    *audit->report = (struct audit_report){.txns = 0};
    audit->history = (struct history){
        .journal = vault->journal,
        .keys = vault->keys,
        .root = vault->charter.root,
        .gate = -1,
        .at_once = true,
        .fault = say_fault,
        .context = audit,
    };
    audit->plain = secret_new(ACT_BODY_MAX + KEYSET_KEY_LEN);
    enum error error = audit->plain != NULL ? go(audit) : ERROR_MEMORY;
    secret_free(audit->plain);
    history_end(&audit->history);
    return error;
}

enum error audit_run(struct vault *vault, audit_fn *each, void *context,
                     struct audit_report *report)
{
    struct audit audit = {.vault = vault, .each = each, .context = context, .report = report};
    return begin(&audit, run);
}

static enum error verify(struct audit *audit)
{
    const struct audit_finding damaged = {.kind = AUDIT_DATABASE};
    enum error error = journal_check(audit->vault->journal);
    if (error == ERROR_JOURNAL_CORRUPT)
        error = say(audit, &damaged);
    if (error == ERROR_NONE)
        error = history_follow(&audit->history);
    return error == ERROR_NONE ? check_beside(audit) : error;
}

enum error audit_verify(struct vault *vault, audit_fn *each, void *context,
                        struct audit_report *report)
{
    struct audit audit = {.vault = vault, .each = each, .context = context, .report = report};
    return begin(&audit, verify);
}
