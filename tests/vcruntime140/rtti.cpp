/* SPDX-License-Identifier: MIT */
/*
 * rtti.cpp: dynamic_cast, typeid and std::type_info's functions.
 */
#include "cxxtest.h"

extern "C" {
int __std_type_info_compare(const void *a, const void *b);
size_t __std_type_info_hash(const void *type);
const char *__std_type_info_name(void *type, void *list);
void __std_type_info_destroy_list(void *list);
}

class type_info
{
  public:
    virtual ~type_info();
    const void *data() const
    {
        return &undecorated;
    }
    const char *name() const;

  private:
    void *undecorated;
    char decorated[1];
};
namespace std
{
using ::type_info;
}

alignas(16) static char name_list[16];
const char *type_info::name() const
{
    return __std_type_info_name(const_cast<void *>(data()), name_list);
}

namespace std
{
class exception
{
  public:
    virtual ~exception();
    virtual const char *what() const;
};
class bad_cast : public exception
{
};
class bad_typeid : public exception
{
};
} // namespace std

struct top {
    virtual ~top() {}
    int t = 1;
};
struct left_side : virtual top {
    int l = 2;
};
struct right_side : virtual top {
    int r = 3;
};
struct bottom : left_side, right_side {
    int b = 4;
};
struct separate {
    virtual ~separate() {}
    int s = 5;
};
struct twice_a : separate {
};
struct twice_b : separate {
};
struct twice : twice_a, twice_b {
};
struct hidden : private separate, public top {
};

namespace names
{
template <class T, int N> struct box {
    struct inner {
        virtual ~inner() {}
    };
};
enum colour { red };
union mixed {
    int i;
};
} // namespace names

template <class T> T *hide(T *pointer)
{
    asm volatile("" : "+r"(pointer));
    return pointer;
}

static void test_casts()
{
    bottom object;
    top *up = hide<top>(&object);
    left_side *left = &object;

    ok(dynamic_cast<bottom *>(up) == &object, "down from a virtual base");
    ok(dynamic_cast<right_side *>(hide(left)) == static_cast<right_side *>(&object), "across");
    ok(dynamic_cast<void *>(hide<right_side>(&object)) == &object, "to the complete object");
    ok(!dynamic_cast<separate *>(up), "to something else");
    ok(!dynamic_cast<separate *>(hide<top>(nullptr)), "null");

    twice doubled;
    ok(dynamic_cast<twice *>(hide<separate>(static_cast<twice_a *>(&doubled))) == &doubled, "down from one of two");
    ok(dynamic_cast<twice_b *>(hide<separate>(static_cast<twice_a *>(&doubled))) == static_cast<twice_b *>(&doubled),
       "across from one of two");

    hidden secret;
    ok(!dynamic_cast<separate *>(hide<top>(&secret)), "across to a private base");
    try {
        note("%d", dynamic_cast<separate &>(*up).s);
    } catch (std::bad_cast &error) {
        note("bad_cast %s", error.what());
    }
    noted("bad_cast Bad dynamic_cast!");
}

static void test_typeid()
{
    bottom object;
    top *up = hide<top>(&object), *null = hide<top>(nullptr);

    ok(!__std_type_info_compare(typeid(*up).data(), typeid(bottom).data()), "the complete object's type");
    ok(__std_type_info_compare(typeid(top).data(), typeid(bottom).data()), "different types");
    ok(__std_type_info_hash(typeid(*up).data()) == __std_type_info_hash(typeid(bottom).data()), "hash");
    ok(__std_type_info_hash(typeid(top).data()) != __std_type_info_hash(typeid(bottom).data()), "hash");
    try {
        note("%p", &typeid(*null));
    } catch (std::bad_typeid &error) {
        note(error.what());
    }
    noted("Attempted a typeid of nullptr pointer!");
}

static void check_name(const std::type_info &type, const char *expected)
{
    ok(!strcmp(type.name(), expected), "got \"%s\", expected \"%s\"", type.name(), expected);
}

/* "type_info class": the name is the human-readable one. */
static void test_names()
{
    check_name(typeid(int), "int");
    check_name(typeid(unsigned char), "unsigned char");
    check_name(typeid(long long), "__int64");
    check_name(typeid(unsigned long long), "unsigned __int64");
    check_name(typeid(bool), "bool");
    check_name(typeid(wchar_t), "wchar_t");
    check_name(typeid(double), "double");
    check_name(typeid(void), "void");
    check_name(typeid(const char *), "char const * __ptr64");
    check_name(typeid(int **), "int * __ptr64 * __ptr64");
    check_name(typeid(bottom), "struct bottom");
    check_name(typeid(names::colour), "enum names::colour");
    check_name(typeid(names::mixed), "union names::mixed");
    check_name(typeid(names::box<int, 5>), "struct names::box<int,5>");
    check_name(typeid(names::box<names::box<char, -1>, 0>::inner),
               "struct names::box<struct names::box<char,-1>,0>::inner");
    check_name(typeid(int (*)(char, double)), "int (__cdecl*)(char,double)");
    check_name(typeid(int[3]), "int [3]");
    check_name(typeid(void(int)), "void __cdecl(int)");
    ok(typeid(bottom).name() == typeid(bottom).name(), "cached");
}

TESTS
{
    test_casts();
    test_typeid();
    test_names();
    __std_type_info_destroy_list(name_list);
}
