#pragma once
// mallinfo2(3): the Glibc module does not have it.
#include <malloc.h>
