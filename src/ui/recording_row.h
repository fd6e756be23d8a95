/* ui: the file of a recorded call: where it is, a click to hear it, another to see its folder. */
#ifndef ARS_UI_RECORDING_ROW_H
#define ARS_UI_RECORDING_ROW_H

#include <adwaita.h>

#define ARS_TYPE_RECORDING_ROW (ars_recording_row_get_type())
G_DECLARE_FINAL_TYPE(ArsRecordingRow, ars_recording_row, ARS, RECORDING_ROW, AdwActionRow)

/* "": there is none, and nothing is shown. */
void ars_recording_row_set_path(ArsRecordingRow *self, const char *path);

#endif
