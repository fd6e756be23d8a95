/*
 * ui: the rules of the host map, checked as one types, with a line that says what the server's name
 * becomes. Signal "changed".
 */
#ifndef ARS_UI_HOST_MAP_EDITOR_H
#define ARS_UI_HOST_MAP_EDITOR_H

#include <adwaita.h>

#define ARS_TYPE_HOST_MAP_EDITOR (ars_host_map_editor_get_type())
G_DECLARE_FINAL_TYPE(ArsHostMapEditor, ars_host_map_editor, ARS, HOST_MAP_EDITOR, AdwPreferencesRow)

/* Caller frees. */
char *ars_host_map_editor_get_rules(ArsHostMapEditor *self);
void ars_host_map_editor_set_rules(ArsHostMapEditor *self, const char *rules);
/* Whose address the line tells. */
void ars_host_map_editor_set_server(ArsHostMapEditor *self, const char *server, guint16 port);
gboolean ars_host_map_editor_is_good(ArsHostMapEditor *self);

#endif
