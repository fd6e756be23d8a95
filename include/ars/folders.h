/*
 * desktop: where the user keeps things. One thread.
 */
#ifndef ARS_FOLDERS_H
#define ARS_FOLDERS_H

/*
 * The folder of recorded calls: "ARS Phone" in the user's music, else documents, else home. It is
 * made when it is not there. NULL on ENOMEM; caller frees.
 */
char *ars_folder_recordings(void);

#endif
