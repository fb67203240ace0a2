/* SPDX-License-Identifier: MIT */
/*
 * locale_data.h: the values of a locale, X(LCTYPE, value of English (United States), is a number). Other locales give the
 * values that differ. Numbers are decimal but for LOCALE_ILANGUAGE and its kind, which are hexadecimal as documented.
 */
#define LOCALE_VALUES(X)                                                                                               \
    X(LOCALE_ILANGUAGE, L"0409", 1)                                                                                    \
    X(LOCALE_SLOCALIZEDDISPLAYNAME, L"English (United States)", 0)                                                     \
    X(LOCALE_SABBREVLANGNAME, L"ENU", 0)                                                                               \
    X(LOCALE_SNATIVELANGUAGENAME, L"English", 0)                                                                       \
    X(LOCALE_ICOUNTRY, L"1", 1)                                                                                        \
    X(LOCALE_SLOCALIZEDCOUNTRYNAME, L"United States", 0)                                                               \
    X(LOCALE_SABBREVCTRYNAME, L"USA", 0)                                                                               \
    X(LOCALE_SNATIVECOUNTRYNAME, L"United States", 0)                                                                  \
    X(LOCALE_IDEFAULTLANGUAGE, L"0409", 1)                                                                             \
    X(LOCALE_IDEFAULTCOUNTRY, L"1", 1)                                                                                 \
    X(LOCALE_IDEFAULTCODEPAGE, L"437", 1)                                                                              \
    X(LOCALE_SLIST, L",", 0)                                                                                           \
    X(LOCALE_IMEASURE, L"1", 1)                                                                                        \
    X(LOCALE_SDECIMAL, L".", 0)                                                                                        \
    X(LOCALE_STHOUSAND, L",", 0)                                                                                       \
    X(LOCALE_SGROUPING, L"3;0", 0)                                                                                     \
    X(LOCALE_IDIGITS, L"2", 1)                                                                                         \
    X(LOCALE_ILZERO, L"1", 1)                                                                                          \
    X(LOCALE_SNATIVEDIGITS, L"0123456789", 0)                                                                          \
    X(LOCALE_SCURRENCY, L"$", 0)                                                                                       \
    X(LOCALE_SINTLSYMBOL, L"USD", 0)                                                                                   \
    X(LOCALE_SMONDECIMALSEP, L".", 0)                                                                                  \
    X(LOCALE_SMONTHOUSANDSEP, L",", 0)                                                                                 \
    X(LOCALE_SMONGROUPING, L"3;0", 0)                                                                                  \
    X(LOCALE_ICURRDIGITS, L"2", 1)                                                                                     \
    X(LOCALE_IINTLCURRDIGITS, L"2", 1)                                                                                 \
    X(LOCALE_ICURRENCY, L"0", 1)                                                                                       \
    X(LOCALE_INEGCURR, L"0", 1)                                                                                        \
    X(LOCALE_SDATE, L"/", 0)                                                                                           \
    X(LOCALE_STIME, L":", 0)                                                                                           \
    X(LOCALE_SSHORTDATE, L"M/d/yyyy", 0)                                                                               \
    X(LOCALE_SLONGDATE, L"dddd, MMMM d, yyyy", 0)                                                                      \
    X(LOCALE_IDATE, L"0", 1)                                                                                           \
    X(LOCALE_ILDATE, L"0", 1)                                                                                          \
    X(LOCALE_ITIME, L"0", 1)                                                                                           \
    X(LOCALE_ICENTURY, L"1", 1)                                                                                        \
    X(LOCALE_ITLZERO, L"0", 1)                                                                                         \
    X(LOCALE_IDAYLZERO, L"0", 1)                                                                                       \
    X(LOCALE_IMONLZERO, L"0", 1)                                                                                       \
    X(LOCALE_S1159, L"AM", 0)                                                                                          \
    X(LOCALE_S2359, L"PM", 0)                                                                                          \
    X(LOCALE_SDAYNAME1, L"Monday", 0)                                                                                  \
    X(LOCALE_SDAYNAME2, L"Tuesday", 0)                                                                                 \
    X(LOCALE_SDAYNAME3, L"Wednesday", 0)                                                                               \
    X(LOCALE_SDAYNAME4, L"Thursday", 0)                                                                                \
    X(LOCALE_SDAYNAME5, L"Friday", 0)                                                                                  \
    X(LOCALE_SDAYNAME6, L"Saturday", 0)                                                                                \
    X(LOCALE_SDAYNAME7, L"Sunday", 0)                                                                                  \
    X(LOCALE_SABBREVDAYNAME1, L"Mon", 0)                                                                               \
    X(LOCALE_SABBREVDAYNAME2, L"Tue", 0)                                                                               \
    X(LOCALE_SABBREVDAYNAME3, L"Wed", 0)                                                                               \
    X(LOCALE_SABBREVDAYNAME4, L"Thu", 0)                                                                               \
    X(LOCALE_SABBREVDAYNAME5, L"Fri", 0)                                                                               \
    X(LOCALE_SABBREVDAYNAME6, L"Sat", 0)                                                                               \
    X(LOCALE_SABBREVDAYNAME7, L"Sun", 0)                                                                               \
    X(LOCALE_SMONTHNAME1, L"January", 0)                                                                               \
    X(LOCALE_SMONTHNAME2, L"February", 0)                                                                              \
    X(LOCALE_SMONTHNAME3, L"March", 0)                                                                                 \
    X(LOCALE_SMONTHNAME4, L"April", 0)                                                                                 \
    X(LOCALE_SMONTHNAME5, L"May", 0)                                                                                   \
    X(LOCALE_SMONTHNAME6, L"June", 0)                                                                                  \
    X(LOCALE_SMONTHNAME7, L"July", 0)                                                                                  \
    X(LOCALE_SMONTHNAME8, L"August", 0)                                                                                \
    X(LOCALE_SMONTHNAME9, L"September", 0)                                                                             \
    X(LOCALE_SMONTHNAME10, L"October", 0)                                                                              \
    X(LOCALE_SMONTHNAME11, L"November", 0)                                                                             \
    X(LOCALE_SMONTHNAME12, L"December", 0)                                                                             \
    X(LOCALE_SABBREVMONTHNAME1, L"Jan", 0)                                                                             \
    X(LOCALE_SABBREVMONTHNAME2, L"Feb", 0)                                                                             \
    X(LOCALE_SABBREVMONTHNAME3, L"Mar", 0)                                                                             \
    X(LOCALE_SABBREVMONTHNAME4, L"Apr", 0)                                                                             \
    X(LOCALE_SABBREVMONTHNAME5, L"May", 0)                                                                             \
    X(LOCALE_SABBREVMONTHNAME6, L"Jun", 0)                                                                             \
    X(LOCALE_SABBREVMONTHNAME7, L"Jul", 0)                                                                             \
    X(LOCALE_SABBREVMONTHNAME8, L"Aug", 0)                                                                             \
    X(LOCALE_SABBREVMONTHNAME9, L"Sep", 0)                                                                             \
    X(LOCALE_SABBREVMONTHNAME10, L"Oct", 0)                                                                            \
    X(LOCALE_SABBREVMONTHNAME11, L"Nov", 0)                                                                            \
    X(LOCALE_SABBREVMONTHNAME12, L"Dec", 0)                                                                            \
    X(LOCALE_SPOSITIVESIGN, L"", 0)                                                                                    \
    X(LOCALE_SNEGATIVESIGN, L"-", 0)                                                                                   \
    X(LOCALE_IPOSSIGNPOSN, L"3", 1)                                                                                    \
    X(LOCALE_INEGSIGNPOSN, L"0", 1)                                                                                    \
    X(LOCALE_IPOSSYMPRECEDES, L"1", 1)                                                                                 \
    X(LOCALE_IPOSSEPBYSPACE, L"0", 1)                                                                                  \
    X(LOCALE_INEGSYMPRECEDES, L"1", 1)                                                                                 \
    X(LOCALE_INEGSEPBYSPACE, L"0", 1)                                                                                  \
    X(LOCALE_SISO639LANGNAME, L"en", 0)                                                                                \
    X(LOCALE_SISO3166CTRYNAME, L"US", 0)                                                                               \
    X(LOCALE_IGEOID, L"244", 1)                                                                                        \
    X(LOCALE_SNAME, L"en-US", 0)                                                                                       \
    X(LOCALE_SDURATION, L"h:mm:ss", 0)                                                                                 \
    X(LOCALE_SKEYBOARDSTOINSTALL, L"0409:00000409", 0)                                                                 \
    X(LOCALE_SSHORTESTDAYNAME1, L"Mo", 0)                                                                              \
    X(LOCALE_SSHORTESTDAYNAME2, L"Tu", 0)                                                                              \
    X(LOCALE_SSHORTESTDAYNAME3, L"We", 0)                                                                              \
    X(LOCALE_SSHORTESTDAYNAME4, L"Th", 0)                                                                              \
    X(LOCALE_SSHORTESTDAYNAME5, L"Fr", 0)                                                                              \
    X(LOCALE_SSHORTESTDAYNAME6, L"Sa", 0)                                                                              \
    X(LOCALE_SSHORTESTDAYNAME7, L"Su", 0)                                                                              \
    X(LOCALE_SISO639LANGNAME2, L"eng", 0)                                                                              \
    X(LOCALE_SISO3166CTRYNAME2, L"USA", 0)                                                                             \
    X(LOCALE_SNAN, L"NaN", 0)                                                                                          \
    X(LOCALE_SPOSINFINITY, L"\x221e", 0)                                                                               \
    X(LOCALE_SNEGINFINITY, L"-\x221e", 0)                                                                              \
    X(LOCALE_SSCRIPTS, L"Latn;", 0)                                                                                    \
    X(LOCALE_SPARENT, L"en", 0)                                                                                        \
    X(LOCALE_SCONSOLEFALLBACKNAME, L"en-US", 0)                                                                        \
    X(LOCALE_IREADINGLAYOUT, L"0", 1)                                                                                  \
    X(LOCALE_INEUTRAL, L"0", 1)                                                                                        \
    X(LOCALE_INEGATIVEPERCENT, L"1", 1)                                                                                \
    X(LOCALE_IPOSITIVEPERCENT, L"1", 1)                                                                                \
    X(LOCALE_SPERCENT, L"%", 0)                                                                                        \
    X(LOCALE_SPERMILLE, L"\x2030", 0)                                                                                  \
    X(LOCALE_SMONTHDAY, L"MMMM d", 0)                                                                                  \
    X(LOCALE_SSHORTTIME, L"h:mm tt", 0)                                                                                \
    X(LOCALE_SOPENTYPELANGUAGETAG, L"ENG ", 0)                                                                         \
    X(LOCALE_SSORTLOCALE, L"en-US", 0)                                                                                 \
    X(LOCALE_SENGLISHLANGUAGENAME, L"English", 0)                                                                      \
    X(LOCALE_SENGLISHCOUNTRYNAME, L"United States", 0)                                                                 \
    X(LOCALE_STIMEFORMAT, L"h:mm:ss tt", 0)                                                                            \
    X(LOCALE_IDEFAULTANSICODEPAGE, L"1252", 1)                                                                         \
    X(LOCALE_ITIMEMARKPOSN, L"0", 1)                                                                                   \
    X(LOCALE_SYEARMONTH, L"MMMM yyyy", 0)                                                                              \
    X(LOCALE_SENGCURRNAME, L"US Dollar", 0)                                                                            \
    X(LOCALE_SNATIVECURRNAME, L"US Dollar", 0)                                                                         \
    X(LOCALE_ICALENDARTYPE, L"1", 1)                                                                                   \
    X(LOCALE_IPAPERSIZE, L"1", 1)                                                                                      \
    X(LOCALE_IOPTIONALCALENDAR, L"0", 1)                                                                               \
    X(LOCALE_IFIRSTDAYOFWEEK, L"6", 1)                                                                                 \
    X(LOCALE_IFIRSTWEEKOFYEAR, L"0", 1)                                                                                \
    X(LOCALE_SMONTHNAME13, L"", 0)                                                                                     \
    X(LOCALE_SABBREVMONTHNAME13, L"", 0)                                                                               \
    X(LOCALE_INEGNUMBER, L"1", 1)                                                                                      \
    X(LOCALE_IDEFAULTMACCODEPAGE, L"10000", 1)                                                                         \
    X(LOCALE_IDEFAULTEBCDICCODEPAGE, L"37", 1)                                                                         \
    X(LOCALE_SSORTNAME, L"Default", 0)                                                                                 \
    X(LOCALE_IDIGITSUBSTITUTION, L"1", 1)                                                                              \
    X(LOCALE_SENGLISHDISPLAYNAME, L"English (United States)", 0)                                                       \
    X(LOCALE_SNATIVEDISPLAYNAME, L"English (United States)", 0)
