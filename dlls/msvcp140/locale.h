/* SPDX-License-Identifier: MIT */
/*
 * locale.h: locales, what a locale consists of, and facets' base. Programs have parts of these inlined.
 */
#ifndef TRANSOM_MSVCP_LOCALE_H
#define TRANSOM_MSVCP_LOCALE_H

#include "abi.h"

extern "C" {
struct _Collvec {
    unsigned _Page;
    wchar_t *_LocaleName;
};
struct _Ctypevec {
    unsigned _Page;
    const short *_Table; /* 256 masks */
    int _Delfl;          /* who frees them: > 0 free(), < 0 delete[] */
    wchar_t *_LocaleName;
};
struct _Cvtvec {
    unsigned _Page, _Mbcurmax;
    int _Isclocale;
    unsigned char _Isleadbyte[32];
};
_Collvec _Getcoll() noexcept;
_Ctypevec _Getctype() noexcept;
_Cvtvec _Getcvt() noexcept;
int _Getdateorder() noexcept;
int _Mbrtowc(wchar_t *to, const char *from, size_t size, _Mbstatet *state, const _Cvtvec *vector) noexcept;
int _Wcrtomb(char *to, wchar_t c, _Mbstatet *state, const _Cvtvec *vector) noexcept;
int _Tolower(int c, const _Ctypevec *vector) noexcept;
int _Toupper(int c, const _Ctypevec *vector) noexcept;
wchar_t _Towlower(wchar_t c, const _Ctypevec *vector) noexcept;
wchar_t _Towupper(wchar_t c, const _Ctypevec *vector) noexcept;
short _Getwctype(wchar_t c, const _Ctypevec *vector) noexcept;
const wchar_t *_Getwctypes(const wchar_t *first, const wchar_t *last, short *to, const _Ctypevec *vector) noexcept;
int _Strcoll(const char *a, const char *a_end, const char *b, const char *b_end, const _Collvec *vector) noexcept;
size_t _Strxfrm(char *to, char *to_end, const char *from, const char *end, const _Collvec *vector) noexcept;
int _Wcscoll(const wchar_t *a, const wchar_t *a_end, const wchar_t *b, const wchar_t *b_end,
             const _Collvec *vector) noexcept;
size_t _Wcsxfrm(wchar_t *to, wchar_t *to_end, const wchar_t *from, const wchar_t *end, const _Collvec *vector) noexcept;
}

/* What of lconv is read */
struct lconv {
    char *decimal_point, *thousands_sep, *grouping;
};

namespace std
{

class EXPORTED _Facet_base
{
  public:
    virtual ~_Facet_base() noexcept {}
    virtual void _Incref() noexcept = 0;
    virtual _Facet_base *_Decref() noexcept = 0;
};

/* Empty bases that take part in the layout */
template <class T> class _Locbase
{
};
struct _Crt_new_delete {
};

class EXPORTED _Timevec
{
  public:
    explicit _Timevec(void *names = nullptr) : pointer(names) {}
    _Timevec(const _Timevec &other) : pointer(nullptr)
    {
        *this = other;
    }
    ~_Timevec() noexcept
    {
        free(pointer);
    }
    _Timevec &operator=(const _Timevec &other) /* ownership moves */
    {
        if (this != &other) {
            free(pointer);
            pointer = other.pointer;
            const_cast<_Timevec &>(other).pointer = nullptr;
        }
        return *this;
    }
    void *_Getptr() const
    {
        return pointer;
    }

  private:
    void *pointer;
};

/* Makes a C locale current while it lives, and tells what that locale is like. */
class EXPORTED _Locinfo
{
  public:
    typedef ::_Collvec _Collvec;
    typedef ::_Ctypevec _Ctypevec;
    typedef ::_Cvtvec _Cvtvec;
    typedef std::_Timevec _Timevec;

    static void _Locinfo_ctor(_Locinfo *info, const char *name);
    static void _Locinfo_ctor(_Locinfo *info, int categories, const char *name);
    static void _Locinfo_dtor(_Locinfo *info);
    static _Locinfo &_Locinfo_Addcats(_Locinfo *info, int categories, const char *name);

    _Locinfo(const char *name = "C");
    _Locinfo(int categories, const char *name);
    ~_Locinfo() noexcept;
    _Locinfo &_Addcats(int categories, const char *name);
    const char *_Getname() const
    {
        return _Newlocname.c_str();
    }
    _Collvec _Getcoll() const
    {
        return ::_Getcoll();
    }
    _Ctypevec _Getctype() const
    {
        return ::_Getctype();
    }
    _Cvtvec _Getcvt() const
    {
        return ::_Getcvt();
    }
    const lconv *_Getlconv() const
    {
        return localeconv();
    }
    _Timevec _Gettnames() const
    {
        return _Timevec(::_Gettnames());
    }
    const char *_Getdays() const;
    const char *_Getmonths() const;
    const char *_Getfalse() const
    {
        return "false";
    }
    const char *_Gettrue() const
    {
        return "true";
    }
    int _Getdateorder() const
    {
        return ::_Getdateorder();
    }
    _Timevec _W_Gettnames() const
    {
        return _Timevec(::_W_Gettnames());
    }
    const unsigned short *_W_Getdays() const;
    const unsigned short *_W_Getmonths() const;

  private:
    _Lockit _Lock; /* the C runtime's locale is global */
    _Yarn<char> _Days, _Months;
    _Yarn<wchar_t> _W_Days, _W_Months;
    _Yarn<char> _Oldlocname, _Newlocname;
};

class EXPORTED locale : public _Locbase<int>, public _Crt_new_delete
{
  public:
    typedef int category;
    enum : category { collate = 1, ctype = 2, monetary = 4, numeric = 8, time = 16, messages = 32, all = 63, none = 0 };

    class EXPORTED id
    {
      public:
        constexpr id(size_t value = 0) : _Id(value) {}
        operator size_t(); /* numbered on first use */

      private:
        size_t _Id;
        static int _Id_cnt;
    };

    class EXPORTED facet : public _Facet_base, public _Crt_new_delete
    {
      public:
        static size_t _Getcat(const facet ** = nullptr, const locale * = nullptr)
        {
            return (size_t)-1;
        }
        void _Incref() noexcept override
        {
            __atomic_add_fetch(&_Myrefs, 1, __ATOMIC_RELAXED);
        }
        _Facet_base *_Decref() noexcept override
        {
            return __atomic_sub_fetch(&_Myrefs, 1, __ATOMIC_ACQ_REL) ? nullptr : this;
        }

      protected:
        explicit facet(size_t references = 0) noexcept : _Myrefs((unsigned long)references) {}
        ~facet() noexcept override {}

      private:
        unsigned long _Myrefs;
    };

    class EXPORTED _Locimp : public facet
    {
        friend class locale;

      private:
        static _Locimp *_Makeloc(const _Locinfo &info, category categories, _Locimp *implementation,
                                 const locale *from);
        static void _Makewloc(const _Locinfo &info, category categories, _Locimp *implementation, const locale *from);
        static void _Makeushloc(const _Locinfo &info, category categories, _Locimp *implementation, const locale *from);
        static void _Makexloc(const _Locinfo &info, category categories, _Locimp *implementation, const locale *from);
        static _Locimp *_New_Locimp(bool transparent = false);
        static _Locimp *_New_Locimp(const _Locimp &other);
        static void _Locimp_dtor(_Locimp *implementation);
        static void _Locimp_Addfac(_Locimp *implementation, facet *added, size_t id);
        static void _Locimp_ctor(_Locimp *implementation, const _Locimp &other);
        void _Addfac(facet *added, size_t id)
        {
            _Locimp_Addfac(this, added, id);
        }
        _Locimp(bool transparent);
        _Locimp(const _Locimp &other);

      protected:
        ~_Locimp() noexcept
        {
            _Locimp_dtor(this);
        }

      private:
        facet **_Facetvec;
        size_t _Facetcount;
        category _Catmask;
        bool _Xparent; /* what is not here is looked up in the global locale */
        _Yarn<char> _Name;
        static _Locimp *_Clocptr;
    };

    locale() noexcept : _Ptr(_Init(true)) {}
    locale(const locale &other) noexcept : _Ptr(other._Ptr)
    {
        _Ptr->_Incref();
    }
    explicit locale(_Locimp *implementation) : _Ptr(implementation) {}
    ~locale() noexcept
    {
        if (_Ptr)
            delete _Ptr->_Decref();
    }
    const locale &operator=(const locale &other) noexcept
    {
        if (_Ptr != other._Ptr) {
            delete _Ptr->_Decref();
            _Ptr = other._Ptr;
            _Ptr->_Incref();
        }
        return *this;
    }
    const facet *find(size_t number) const
    {
        const facet *found = number < _Ptr->_Facetcount ? _Ptr->_Facetvec[number] : nullptr;

        if (found || !_Ptr->_Xparent)
            return found;
        const _Locimp *global = _Getgloballocale();

        return number < global->_Facetcount ? global->_Facetvec[number] : nullptr;
    }
    const char *name() const
    {
        return _Ptr ? _Ptr->_Name.c_str() : "";
    }

    static const locale &classic();
    static locale global(const locale &next);
    static locale empty();

    static void initialize()
    {
        _Init();
    }

  private:
    static _Locimp *_Init(bool add_reference = false);
    static _Locimp *_Getgloballocale();
    static void _Setgloballocale(void *implementation);

    friend class _Locimp;
    _Locimp *_Ptr;
};

void facet_register(_Facet_base *facet); /* deleted when the DLL is unloaded */

/* The locale's facet of that class; made, if it has none. */
template <class Facet> const Facet &use_facet(const locale &where)
{
    static const locale::facet *made;
    _Lockit lock(_LOCK_LOCALE);
    const locale::facet *found = where.find(Facet::id);

    if (!found)
        found = made;
    if (!found) {
        if (Facet::_Getcat(&found, &where) == (size_t)-1)
            throw bad_cast();
        const_cast<locale::facet *>(found)->_Incref();
        facet_register(const_cast<locale::facet *>(found));
        made = found;
    }
    return static_cast<const Facet &>(*found);
}

} // namespace std

#endif
