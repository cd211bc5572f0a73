/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One dialog with the text of the screen below it. */
#include "session/help_screen.h"

#include "base/lang.h"
#include "session/dialog.h"

void help_screen_show(struct ui *ui)
{
    const struct dialog dialog = {
        .title = N_("Help"),
        .text = help_text(ui->help),
        .tail = ui->secrecy.hidden ? help_keys() : help_keys_with_hide(),
        .keys = N_("Enter or Esc: back to where you were"),
        .enter = true,
    };
    (void)dialog_choose(ui, &dialog);
}
