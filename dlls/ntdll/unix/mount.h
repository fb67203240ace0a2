/* SPDX-License-Identifier: MIT */
/*
 * mount.h: volumes and where they are mounted: at drive letters, and at folders (mount.c), which the mount manager's device
 * tells of and changes (mountmgr.c).
 *
 * Volumes are those of the letters A to Z. A letter that is defined as another one's device is that volume's second letter.
 */
#ifndef TRANSOM_MOUNT_H
#define TRANSOM_MOUNT_H

#include "file.h"

extern const struct file_ops mountmgr_ops;

/* The letter that a drive's volume is named after; 0: there is no such drive, or it is a folder of another (subst). */
char mount_volume_of(char letter);

/*
 * A mounted folder is a junction (reparse.c) to a volume's root whose link ends in the mark twice. Those that were made are
 * written down in <prefix>/mounts, as links to them by a hash of their names, so that they can be listed.
 */
#define MOUNT_MARK "/././"
bool mount_is_link(const char *target, size_t length);
void mount_note(const char *folder);
void mount_forget(const char *folder);
/* The volume that a folder was mounted to; 0: it is no mounted folder (any more). */
char mount_of_folder(const char *folder);
/* Every mounted folder that is still there, by its Unix name. */
void mount_each(void (*each)(const char *folder, char volume, void *context), void *context);

#endif
