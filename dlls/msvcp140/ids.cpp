/* SPDX-License-Identifier: MIT */
/*
 * ids.cpp: identities of the facets that programs have all the code of (regular expressions use collate, for one).
 */
#include "ios.h"

namespace std
{

#define FACET(name)                                                                                                    \
    template <class Elem> class name                                                                                   \
    {                                                                                                                  \
      public:                                                                                                          \
        static locale::id id;                                                                                          \
    };                                                                                                                 \
    template <class Elem> locale::id name<Elem>::id;                                                                   \
    template class name<char>;                                                                                         \
    template class name<wchar_t>;                                                                                      \
    template class name<unsigned short>;

FACET(collate)
FACET(messages)

#define FACET_WITH_ITERATOR(name, iterator)                                                                            \
    template <class Elem, class Iterator> class name                                                                   \
    {                                                                                                                  \
      public:                                                                                                          \
        static locale::id id;                                                                                          \
    };                                                                                                                 \
    template <class Elem, class Iterator> locale::id name<Elem, Iterator>::id;                                         \
    template class name<char, iterator<char>>;                                                                         \
    template class name<wchar_t, iterator<wchar_t>>;                                                                   \
    template class name<unsigned short, iterator<unsigned short>>;

FACET_WITH_ITERATOR(money_get, istreambuf_iterator)
FACET_WITH_ITERATOR(money_put, ostreambuf_iterator)

template <class Elem, bool International> class moneypunct
{
  public:
    static const bool intl = International;
    static locale::id id;
};
template <class Elem, bool International> const bool moneypunct<Elem, International>::intl;
template <class Elem, bool International> locale::id moneypunct<Elem, International>::id;
template class moneypunct<char, false>;
template class moneypunct<char, true>;
template class moneypunct<wchar_t, false>;
template class moneypunct<wchar_t, true>;
template class moneypunct<unsigned short, false>;
template class moneypunct<unsigned short, true>;

} // namespace std
