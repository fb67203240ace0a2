/* SPDX-License-Identifier: MIT */
/* locale.c: the user's language, from LC_ALL, LC_MESSAGES or LANG, as Windows numbers it ([MS-LCID]). */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "system.h"

#define ENGLISH 0x0409

static const struct locale_id {
    const char *name; /* as Windows has it; without its territory it is the language's usual one */
    LCID id;
} locales[] = {
    { "af-ZA", 0x0436 }, { "am-ET", 0x045e },  { "ar-AE", 0x3801 },  { "ar-DZ", 0x1401 },      { "ar-EG", 0x0c01 },
    { "ar-IQ", 0x0801 }, { "ar-KW", 0x3401 },  { "ar-MA", 0x1801 },  { "ar-SA", 0x0401 },      { "az-Latn-AZ", 0x042c },
    { "be-BY", 0x0423 }, { "bg-BG", 0x0402 },  { "bn-BD", 0x0845 },  { "bn-IN", 0x0445 },      { "bs-Latn-BA", 0x141a },
    { "ca-ES", 0x0403 }, { "cs-CZ", 0x0405 },  { "cy-GB", 0x0452 },  { "da-DK", 0x0406 },      { "de-AT", 0x0c07 },
    { "de-CH", 0x0807 }, { "de-DE", 0x0407 },  { "de-LI", 0x1407 },  { "de-LU", 0x1007 },      { "el-GR", 0x0408 },
    { "en-AU", 0x0c09 }, { "en-CA", 0x1009 },  { "en-GB", 0x0809 },  { "en-IE", 0x1809 },      { "en-IN", 0x4009 },
    { "en-NZ", 0x1409 }, { "en-SG", 0x4809 },  { "en-US", ENGLISH }, { "en-ZA", 0x1c09 },      { "es-AR", 0x2c0a },
    { "es-CL", 0x340a }, { "es-CO", 0x240a },  { "es-ES", 0x0c0a },  { "es-MX", 0x080a },      { "es-PE", 0x280a },
    { "es-US", 0x540a }, { "es-VE", 0x200a },  { "et-EE", 0x0425 },  { "eu-ES", 0x042d },      { "fa-IR", 0x0429 },
    { "fi-FI", 0x040b }, { "fil-PH", 0x0464 }, { "fr-BE", 0x080c },  { "fr-CA", 0x0c0c },      { "fr-CH", 0x100c },
    { "fr-FR", 0x040c }, { "fr-LU", 0x140c },  { "ga-IE", 0x083c },  { "gl-ES", 0x0456 },      { "gu-IN", 0x0447 },
    { "he-IL", 0x040d }, { "hi-IN", 0x0439 },  { "hr-HR", 0x041a },  { "hu-HU", 0x040e },      { "hy-AM", 0x042b },
    { "id-ID", 0x0421 }, { "is-IS", 0x040f },  { "it-CH", 0x0810 },  { "it-IT", 0x0410 },      { "ja-JP", 0x0411 },
    { "ka-GE", 0x0437 }, { "kk-KZ", 0x043f },  { "km-KH", 0x0453 },  { "kn-IN", 0x044b },      { "ko-KR", 0x0412 },
    { "lt-LT", 0x0427 }, { "lv-LV", 0x0426 },  { "mk-MK", 0x042f },  { "ml-IN", 0x044c },      { "mn-MN", 0x0450 },
    { "mr-IN", 0x044e }, { "ms-MY", 0x043e },  { "mt-MT", 0x043a },  { "nb-NO", 0x0414 },      { "ne-NP", 0x0461 },
    { "nl-BE", 0x0813 }, { "nl-NL", 0x0413 },  { "nn-NO", 0x0814 },  { "pa-IN", 0x0446 },      { "pl-PL", 0x0415 },
    { "pt-BR", 0x0416 }, { "pt-PT", 0x0816 },  { "ro-RO", 0x0418 },  { "ru-RU", 0x0419 },      { "si-LK", 0x045b },
    { "sk-SK", 0x041b }, { "sl-SI", 0x0424 },  { "sq-AL", 0x041c },  { "sr-Cyrl-RS", 0x281a }, { "sr-Latn-RS", 0x241a },
    { "sv-FI", 0x081d }, { "sv-SE", 0x041d },  { "sw-KE", 0x0441 },  { "ta-IN", 0x0449 },      { "te-IN", 0x044a },
    { "th-TH", 0x041e }, { "tr-TR", 0x041f },  { "uk-UA", 0x0422 },  { "ur-PK", 0x0420 },      { "uz-Latn-UZ", 0x0443 },
    { "vi-VN", 0x042a }, { "zh-CN", 0x0804 },  { "zh-HK", 0x0c04 },  { "zh-SG", 0x1004 },      { "zh-TW", 0x0404 },
    { "zu-ZA", 0x0435 },
};
#define LOCALE_COUNT (sizeof(locales) / sizeof(locales[0]))

/* Languages that come with several territories: the one that is meant without. */
static const char *const usual[] = { "ar-SA", "bn-BD", "de-DE", "en-US",      "es-ES", "fr-FR",
                                     "it-IT", "nl-NL", "pt-PT", "sr-Cyrl-RS", "sv-SE", "zh-CN" };

static bool is_usual(const char *name)
{
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        if (!strcmp(name, usual[i]))
            return true;
    return false;
}

/* The locale of the language and territory; else the language's usual one. */
static const struct locale_id *find(const char *language, size_t length, const char *territory)
{
    const struct locale_id *best = NULL;
    for (size_t i = 0; i < LOCALE_COUNT; i++) {
        const char *name = locales[i].name;
        if (strncmp(name, language, length) || name[length] != '-')
            continue;
        if (!strcmp(strrchr(name, '-') + 1, territory))
            return &locales[i];
        if (!best || is_usual(name))
            best = &locales[i];
    }
    return best;
}

/* "de_AT.UTF-8@euro" -> de, AT */
static LCID parse(const char *value)
{
    char territory[4] = "";
    size_t length = strcspn(value, "_.@");
    if (value[length] == '_') {
        size_t n = strcspn(value + length + 1, ".@");
        if (n < sizeof(territory))
            memcpy(territory, value + length + 1, n);
    }
    const struct locale_id *found = NULL;
    if (length == 2 && !strncmp(value, "no", 2))
        found = find("nb", 2, "NO");
    else if (length == 2 || length == 3)
        found = find(value, length, territory);
    return found ? found->id : ENGLISH;
}

LCID locale_user(void)
{
    static LCID user;
    LCID id = __atomic_load_n(&user, __ATOMIC_RELAXED);
    if (!id) {
        const char *value = getenv("LC_ALL");
        if (!value || !*value)
            value = getenv("LC_MESSAGES");
        if (!value || !*value)
            value = getenv("LANG");
        id = value && *value ? parse(value) : ENGLISH;
        __atomic_store_n(&user, id, __ATOMIC_RELAXED);
    }
    return id;
}

const char *locale_name(LCID id)
{
    for (size_t i = 0; i < LOCALE_COUNT; i++)
        if (locales[i].id == id)
            return locales[i].name;
    return "en-US";
}

/* --- system calls --- */

static LCID set_locale[2]; /* by NtSetDefaultLocale: the system's, the user's */

NTSTATUS NtQueryDefaultLocale(BOOLEAN UserProfile, LCID *DefaultLocaleId)
{
    LCID id = __atomic_load_n(&set_locale[UserProfile != 0], __ATOMIC_RELAXED);
    *DefaultLocaleId = id ? id : locale_user();
    return STATUS_SUCCESS;
}

NTSTATUS NtSetDefaultLocale(BOOLEAN UserProfile, LCID DefaultLocaleId)
{
    bool known = false;
    for (size_t i = 0; i < LOCALE_COUNT && !known; i++)
        known = locales[i].id == DefaultLocaleId;
    if (!known)
        return STATUS_INVALID_PARAMETER;
    __atomic_store_n(&set_locale[UserProfile != 0], DefaultLocaleId, __ATOMIC_RELAXED);
    return STATUS_SUCCESS;
}

NTSTATUS NtQueryDefaultUILanguage(USHORT *DefaultUILanguageId)
{
    *DefaultUILanguageId = (USHORT)locale_user();
    return STATUS_SUCCESS;
}

/* The system DLLs' own texts are English. */
NTSTATUS NtQueryInstallUILanguage(USHORT *InstallUILanguageId)
{
    *InstallUILanguageId = ENGLISH;
    return STATUS_SUCCESS;
}
