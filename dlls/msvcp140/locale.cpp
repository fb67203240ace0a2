/* SPDX-License-Identifier: MIT */
/*
 * locale.cpp: locales' implementations, the classic one, and their relation to the C runtime's locale.
 */
#include "facets.h"
#include "numeric.h"

namespace std
{

int locale::id::_Id_cnt;
locale::_Locimp *locale::_Locimp::_Clocptr;

locale::id::operator size_t()
{
    size_t number = __atomic_load_n(&_Id, __ATOMIC_RELAXED);

    if (!number) {
        _Lockit lock(_LOCK_LOCALE);

        if (!_Id)
            __atomic_store_n(&_Id, (size_t)++_Id_cnt, __ATOMIC_RELAXED);
        number = _Id;
    }
    return number;
}

/* ---- implementations ---- */

locale::_Locimp::_Locimp(bool transparent)
    : locale::facet(1), _Facetvec(nullptr), _Facetcount(0), _Catmask(none), _Xparent(transparent), _Name("*")
{
}

locale::_Locimp::_Locimp(const _Locimp &other)
    : locale::facet(1), _Facetvec(nullptr), _Facetcount(other._Facetcount), _Catmask(other._Catmask),
      _Xparent(other._Xparent), _Name(other._Name.c_str())
{
    _Locimp_ctor(this, other);
}

locale::_Locimp *locale::_Locimp::_New_Locimp(bool transparent)
{
    return new _Locimp(transparent);
}

locale::_Locimp *locale::_Locimp::_New_Locimp(const _Locimp &other)
{
    return new _Locimp(other);
}

void locale::_Locimp::_Locimp_ctor(_Locimp *implementation, const _Locimp &other)
{
    _Lockit lock(_LOCK_LOCALE);

    implementation->_Facetcount = other._Facetcount;
    implementation->_Facetvec = nullptr;
    if (!other._Facetcount)
        return;
    implementation->_Facetvec = static_cast<facet **>(malloc(other._Facetcount * sizeof(facet *)));
    if (!implementation->_Facetvec)
        _Xbad_alloc();
    for (size_t i = 0; i < other._Facetcount; i++) {
        implementation->_Facetvec[i] = other._Facetvec[i];
        if (other._Facetvec[i])
            other._Facetvec[i]->_Incref();
    }
}

void locale::_Locimp::_Locimp_dtor(_Locimp *implementation)
{
    _Lockit lock(_LOCK_LOCALE);

    for (size_t i = implementation->_Facetcount; i > 0; i--)
        if (implementation->_Facetvec[i - 1])
            delete implementation->_Facetvec[i - 1]->_Decref();
    free(implementation->_Facetvec);
}

void locale::_Locimp::_Locimp_Addfac(_Locimp *implementation, facet *added, size_t id)
{
    _Lockit lock(_LOCK_LOCALE);

    if (id >= implementation->_Facetcount) {
        size_t count = id + 1 > 40 ? id + 1 : 40;
        facet **larger = static_cast<facet **>(realloc(implementation->_Facetvec, count * sizeof(facet *)));

        if (!larger)
            _Xbad_alloc();
        for (size_t i = implementation->_Facetcount; i < count; i++)
            larger[i] = nullptr;
        implementation->_Facetvec = larger;
        implementation->_Facetcount = count;
    }
    added->_Incref();
    if (implementation->_Facetvec[id])
        delete implementation->_Facetvec[id]->_Decref();
    implementation->_Facetvec[id] = added;
}

/* ---- making the facets of a locale ---- */

/* The facet of a class, of `from` if that is given, else new, if its category is wanted. */
template <class Facet> locale::facet *make_facet(const _Locinfo &info, int categories, const locale *from)
{
    if (!((1 << Facet::_Getcat() >> 1) & categories))
        return nullptr;
    return from ? const_cast<Facet *>(&use_facet<Facet>(*from)) : new Facet(info);
}

template <class... Facets, class Add>
void make_facets(const _Locinfo &info, int categories, const locale *from, Add add)
{
    locale::facet *made[] = { make_facet<Facets>(info, categories, from)... };
    size_t ids[] = { Facets::id... };

    for (size_t i = 0; i < sizeof...(Facets); i++)
        if (made[i])
            add(made[i], ids[i]);
}

template <class Elem> using in_iterator = istreambuf_iterator<Elem>;
template <class Elem> using out_iterator = ostreambuf_iterator<Elem>;

locale::_Locimp *locale::_Locimp::_Makeloc(const _Locinfo &info, category categories, _Locimp *implementation,
                                           const locale *from)
{
    make_facets<std::ctype<char>, num_get<char, in_iterator<char>>, num_put<char, out_iterator<char>>, numpunct<char>,
                codecvt<char, char, _Mbstatet>>(info, categories, from,
                                                [&](facet *f, size_t id) { implementation->_Addfac(f, id); });
    _Makexloc(info, categories, implementation, from);
    _Makewloc(info, categories, implementation, from);
    _Makeushloc(info, categories, implementation, from);
    implementation->_Catmask |= categories;
    implementation->_Name = info._Getname();
    return implementation;
}

void locale::_Locimp::_Makexloc(const _Locinfo &info, category categories, _Locimp *implementation, const locale *from)
{
    make_facets<time_put<char, out_iterator<char>>>(info, categories, from,
                                                    [&](facet *f, size_t id) { implementation->_Addfac(f, id); });
}

void locale::_Locimp::_Makewloc(const _Locinfo &info, category categories, _Locimp *implementation, const locale *from)
{
    make_facets<std::ctype<wchar_t>, num_get<wchar_t, in_iterator<wchar_t>>, num_put<wchar_t, out_iterator<wchar_t>>,
                numpunct<wchar_t>, codecvt<wchar_t, char, _Mbstatet>, time_put<wchar_t, out_iterator<wchar_t>>>(
        info, categories, from, [&](facet *f, size_t id) { implementation->_Addfac(f, id); });
}

void locale::_Locimp::_Makeushloc(const _Locinfo &info, category categories, _Locimp *implementation,
                                  const locale *from)
{
    typedef unsigned short ush;

    make_facets<std::ctype<ush>, num_get<ush, in_iterator<ush>>, num_put<ush, out_iterator<ush>>, numpunct<ush>,
                codecvt<ush, char, _Mbstatet>, time_put<ush, out_iterator<ush>>>(
        info, categories, from, [&](facet *f, size_t id) { implementation->_Addfac(f, id); });
}

/* ---- the global and the classic locale ---- */

static locale::_Locimp *global_locale;

locale::_Locimp *locale::_Getgloballocale()
{
    return global_locale;
}

void locale::_Setgloballocale(void *implementation)
{
    global_locale = static_cast<_Locimp *>(implementation);
}

/* The classic locale, which is never destroyed. */
alignas(locale) static char classic_locale[sizeof(locale)];

locale::_Locimp *locale::_Init(bool add_reference)
{
    _Locimp *current = _Getgloballocale();

    if (!current) {
        _Lockit lock(_LOCK_LOCALE);

        current = _Getgloballocale();
        if (!current) {
            _Setgloballocale(current = _Locimp::_New_Locimp());
            current->_Catmask = all;
            current->_Name = "C";
            _Locimp::_Clocptr = current;
            current->_Incref(); /* classic()'s */
            new (classic_locale) locale(current);
        }
    }
    if (add_reference)
        current->_Incref();
    return current;
}

const locale &locale::classic()
{
    _Init();
    return reinterpret_cast<const locale &>(classic_locale);
}

locale locale::empty()
{
    _Init();
    return locale(_Locimp::_New_Locimp(true));
}

locale locale::global(const locale &next)
{
    locale previous;
    _Lockit lock(_LOCK_LOCALE);
    _Locimp *current = _Getgloballocale();

    if (current == next._Ptr)
        return previous;
    next._Ptr->_Incref();
    _Setgloballocale(next._Ptr);
    delete current->_Decref();
    if (strcmp(next.name(), "*")) {
        int categories = next._Ptr->_Catmask & all;

        if (categories == all)
            setlocale(0, next.name());
        else
            for (int category = 1; category <= 5; category++)
                if ((1 << category >> 1) & categories)
                    setlocale(category, next.name());
    }
    return previous;
}

/* ---- facets that were made on demand ---- */

struct registered {
    registered *next;
    _Facet_base *facet;
};
static registered *registered_facets;

void facet_register(_Facet_base *facet)
{
    _Lockit lock(_LOCK_LOCALE);

    registered_facets = new registered{ registered_facets, facet };
}

/* ---- _Locinfo ---- */

_Locinfo::_Locinfo(const char *name) : _Lock(_LOCK_LOCALE)
{
    if (!name)
        _Xruntime_error("bad locale name");
    _Locinfo_ctor(this, name);
}

_Locinfo::_Locinfo(int categories, const char *name) : _Lock(_LOCK_LOCALE)
{
    if (!name)
        _Xruntime_error("bad locale name");
    _Locinfo_ctor(this, categories, name);
}

_Locinfo::~_Locinfo() noexcept
{
    _Locinfo_dtor(this);
}

_Locinfo &_Locinfo::_Addcats(int categories, const char *name)
{
    if (!name)
        _Xruntime_error("bad locale name");
    return _Locinfo_Addcats(this, categories, name);
}

void _Locinfo::_Locinfo_ctor(_Locinfo *info, const char *name)
{
    const char *old = setlocale(0, nullptr);

    info->_Oldlocname = old ? old : "";
    old = name ? setlocale(0, name) : nullptr;
    info->_Newlocname = old ? old : "*";
}

void _Locinfo::_Locinfo_ctor(_Locinfo *info, int categories, const char *name)
{
    const char *old = setlocale(0, nullptr);

    info->_Oldlocname = old ? old : "";
    _Locinfo_Addcats(info, categories, name);
}

_Locinfo &_Locinfo::_Locinfo_Addcats(_Locinfo *info, int categories, const char *name)
{
    const char *now = nullptr;

    if (name[0] == '*' && !name[1]) {
        info->_Newlocname = "*";
        return *info;
    }
    if (categories == locale::none)
        now = setlocale(0, nullptr);
    else if (categories == locale::all)
        now = setlocale(0, name);
    else
        for (int category = 0; category <= 5; category++)
            if ((1 << category >> 1) & categories)
                now = setlocale(category, name);
    info->_Newlocname = now ? now : "*";
    return *info;
}

void _Locinfo::_Locinfo_dtor(_Locinfo *info)
{
    if (*info->_Oldlocname.c_str())
        setlocale(0, info->_Oldlocname.c_str());
}

template <class Elem> static const Elem *keep(_Yarn<Elem> &to, Elem *names, const Elem *otherwise)
{
    if (names) {
        to = names;
        free(names);
    }
    return to.empty() ? otherwise : to.c_str();
}

const char *_Locinfo::_Getdays() const
{
    return keep<char>(const_cast<_Locinfo *>(this)->_Days, ::_Getdays(),
                      ":Sun:Sunday:Mon:Monday:Tue:Tuesday:Wed:Wednesday:Thu:Thursday:Fri:Friday:Sat:Saturday");
}

const char *_Locinfo::_Getmonths() const
{
    return keep<char>(const_cast<_Locinfo *>(this)->_Months, ::_Getmonths(),
                      ":Jan:January:Feb:February:Mar:March:Apr:April:May:May:Jun:June:Jul:July:Aug:August:"
                      "Sep:September:Oct:October:Nov:November:Dec:December");
}

const unsigned short *_Locinfo::_W_Getdays() const
{
    return (const unsigned short *)keep<wchar_t>(
        const_cast<_Locinfo *>(this)->_W_Days, ::_W_Getdays(),
        L":Sun:Sunday:Mon:Monday:Tue:Tuesday:Wed:Wednesday:Thu:Thursday:Fri:Friday:Sat:Saturday");
}

const unsigned short *_Locinfo::_W_Getmonths() const
{
    return (const unsigned short *)keep<wchar_t>(
        const_cast<_Locinfo *>(this)->_W_Months, ::_W_Getmonths(),
        L":Jan:January:Feb:February:Mar:March:Apr:April:May:May:Jun:June:Jul:July:Aug:August:"
        L"Sep:September:Oct:October:Nov:November:Dec:December");
}

/* ---- ctype<char> ---- */

locale::id ctype<char>::id;
const size_t ctype<char>::table_size = 256;

ctype<char>::ctype(const mask *table, bool owned, size_t references) : ctype_base(references)
{
    _Init(_Locinfo());
    if (table) {
        _Tidy();
        _Ctype._Table = table;
        _Ctype._Delfl = owned ? -1 : 0;
        _Ctype._LocaleName = nullptr;
    }
}

void ctype<char>::_Tidy() noexcept
{
    if (_Ctype._Delfl > 0)
        free(const_cast<short *>(_Ctype._Table));
    else if (_Ctype._Delfl < 0)
        delete[] _Ctype._Table;
    free(_Ctype._LocaleName);
}

size_t ctype<char>::_Getcat(const locale::facet **made, const locale *from)
{
    if (made && !*made)
        *made = new ctype(_Locinfo(from->name()));
    return 2; /* LC_CTYPE */
}

const ctype_base::mask *ctype<char>::classic_table() noexcept
{
    return use_facet<ctype<char>>(locale::classic()).table();
}

const char *ctype<char>::is(const char *first, const char *last, mask *to) const
{
    for (; first != last; ++first, ++to)
        *to = _Ctype._Table[(unsigned char)*first];
    return first;
}

const char *ctype<char>::scan_is(mask wanted, const char *first, const char *last) const
{
    while (first != last && !is(wanted, *first))
        ++first;
    return first;
}

const char *ctype<char>::scan_not(mask wanted, const char *first, const char *last) const
{
    while (first != last && is(wanted, *first))
        ++first;
    return first;
}

char ctype<char>::do_tolower(char c) const
{
    return (char)_Tolower((unsigned char)c, &_Ctype);
}

const char *ctype<char>::do_tolower(char *first, const char *last) const
{
    for (; first != last; ++first)
        *first = (char)_Tolower((unsigned char)*first, &_Ctype);
    return first;
}

char ctype<char>::do_toupper(char c) const
{
    return (char)_Toupper((unsigned char)c, &_Ctype);
}

const char *ctype<char>::do_toupper(char *first, const char *last) const
{
    for (; first != last; ++first)
        *first = (char)_Toupper((unsigned char)*first, &_Ctype);
    return first;
}

const char *ctype<char>::do_widen(const char *first, const char *last, char *to) const
{
    memcpy(to, first, (size_t)(last - first));
    return last;
}

const char *ctype<char>::do_narrow(const char *first, const char *last, char, char *to) const
{
    memcpy(to, first, (size_t)(last - first));
    return last;
}

template class EXPORTED _Yarn<char>;
template class EXPORTED _Yarn<wchar_t>;
template class EXPORTED _Yarn<unsigned short>;
template class EXPORTED ctype<wchar_t>;
template class EXPORTED ctype<unsigned short>;
template class EXPORTED codecvt<char, char, _Mbstatet>;
template class EXPORTED codecvt<wchar_t, char, _Mbstatet>;
template class EXPORTED codecvt<unsigned short, char, _Mbstatet>;

} // namespace std
