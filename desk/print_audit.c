/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an audit found, in words and as JSON. */
#include "desk/print_audit.h"

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "protocol/card.h"

const char *print_audit_fault(enum history_fault_kind kind)
{
    static const char *const words[HISTORY_FAULTS] = {
        [HISTORY_HOLE] = N_("something before it is missing."),
        [HISTORY_FORK] = N_("it does not follow on the one before it."),
        [HISTORY_HASH] = N_("it does not hold what was signed."),
        [HISTORY_SIGNATURE] = N_("the officer that it names did not sign it."),
        [HISTORY_HEAD] = N_("something in it does not open."),
        [HISTORY_KEY] = N_("something in it is sealed for a key that you were not given."),
        [HISTORY_SECRET] = N_("a key that you were given is not the one that was made."),
        [HISTORY_ROLLED_BACK] =
            N_("this journal lacks it, though it was there when you last worked. Ask the leads "
               "whether the journal was put back from a backup by hand, without sandyq-desk "
               "restore. If it was: do again what is lost, and remove the file \"view\" from your "
               "own folder, which ends this warning. If not, somebody put an older journal or "
               "another one in its place: stop working here "
               "and keep every copy."),
    };
    return _(words[kind]);
}

static const char *words_of(const struct audit_finding *finding)
{
    static const char *const words[AUDIT_KINDS] = {
        [AUDIT_HISTORY] = "",
        [AUDIT_VOID] = "",
        [AUDIT_BODY] = N_("its words are missing, or were changed."),
        [AUDIT_KEY] = N_("the key of its words is missing, or was changed."),
        [AUDIT_RECORDS] = N_("the records that it took are not those that stand there."),
        [AUDIT_STRAY_RECORD] = N_("records stand there that no import took."),
        [AUDIT_TIP] = N_("what is noted of its chain is missing, or is not what its records say."),
        [AUDIT_OFFICER] = N_("the public keys are missing, or are not those that were named."),
        [AUDIT_WRAP] = N_("keys of the office that were given are missing."),
        [AUDIT_BOARD] = N_("a board is missing, or is not what was published."),
        [AUDIT_QUEUE] = N_("what waits for boards, or has left on one, is not what was written."),
        [AUDIT_ARRIVALS] = N_("what a board says of arrivals is not what the records say."),
        [AUDIT_RESTORED] = N_("root did not sign that the office was restored from a backup."),
        [AUDIT_DATABASE] =
            N_("journal.db is damaged. A lead puts it back from a backup: sandyq-desk restore "
               "OFFICE BACKUP DIR"),
    };
    static const char *const verdicts[] = {
        [FOLD_COUNTS] = "",
        [FOLD_UNKNOWN] = "",
        [FOLD_UNREADABLE] = "",
        [FOLD_FORBIDDEN] = N_("it does not count: its officer had no right to it."),
        [FOLD_CHANGED] = N_("it does not count: what it changes was something else by then."),
        [FOLD_LETTER_CAME] = N_("it does not count: a letter had come that was not seen."),
        [FOLD_SENSELESS] = N_("it does not count: it is about nothing that there is."),
    };
    if (finding->kind == AUDIT_HISTORY)
        return print_audit_fault(finding->fault);
    return _(finding->kind == AUDIT_VOID ? verdicts[finding->verdict] : words[finding->kind]);
}

/* What the finding is about. */
static void put_subject(FILE *out, const struct audit_finding *finding)
{
    char kiosk[CARD_KIOSK_TEXT_LEN];
    switch (finding->kind) {
    case AUDIT_OFFICER:
        fprintf(out, _("Officer %u: "), finding->officer);
        return;
    case AUDIT_WRAP:
        if (finding->officer == 0)
            fputs(_("Recovery key: "), out);
        else
            fprintf(out, _("Officer %u: "), finding->officer);
        return;
    case AUDIT_TIP:
        card_kiosk_text(finding->kiosk, kiosk);
        fprintf(out, _("Kiosk %s: "), kiosk);
        return;
    case AUDIT_DATABASE:
        return;
    default:
        break;
    }
    if (finding->txn > 0)
        fprintf(out, _("Transaction %llu: "), (unsigned long long)finding->txn);
    if (finding->seq > 0)
        fprintf(out, _("Act %llu by officer %u: "), (unsigned long long)finding->seq,
                finding->officer);
}

void print_audit_finding(FILE *out, const struct audit_finding *finding)
{
    put_subject(out, finding);
    fprintf(out, "%s\n", words_of(finding));
}

void print_audit_report(FILE *out, const struct audit_report *report)
{
    fprintf(out, _("Looked at: transactions %llu, acts %llu, texts opened %llu, records %llu.\n"),
            (unsigned long long)report->txns, (unsigned long long)report->acts,
            (unsigned long long)report->bodies, (unsigned long long)report->records);
    fprintf(out, _("History checked up to transaction %llu.\n"), (unsigned long long)report->txns);
    if (report->sealed > 0)
        fprintf(out, _("Texts that you have no key for, of which only the seal is known: %llu\n"),
                (unsigned long long)report->sealed);
    if (report->restored > 0) {
        char day[DAY_TEXT_LEN];
        day_text(report->restored_minute / DAY_MINUTES, day);
        fprintf(out, _("The office was restored from a backup on %s, by act %llu.\n"), day,
                (unsigned long long)report->restored);
    }
    if (report->findings > 0)
        fprintf(out, _("Found: %llu\n"), (unsigned long long)report->findings);
    else
        fprintf(out, "%s\n", _("Everything fits."));
}
