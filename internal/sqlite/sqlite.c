/* SQLite and everything of ours that sits on it, as one translation unit:
** nothing is exported, so calls between the two need no PLT (cgo compiles with
** -fPIC) and can be inlined, and the VFS and the row counters reach what they
** need inside SQLite. The options are those of D1's engine; those for ourselves
** are closed to users by the authorizer (policy.h). */
#if !__has_include("sqlite3_gen.h")
#error "internal/sqlite/sqlite3_gen.h is missing: run make"
#else
#define SQLITE_THREADSAFE 2
#define SQLITE_DEFAULT_MEMSTATUS 0
#define SQLITE_DEFAULT_FOREIGN_KEYS 1
#define SQLITE_DEFAULT_WAL_AUTOCHECKPOINT 0
#define SQLITE_DEFAULT_LOOKASIDE 512,30
#define SQLITE_DEFAULT_PCACHE_INITSZ 0
#define SQLITE_DEFAULT_CACHE_SIZE -16000
#define SQLITE_MAX_MMAP_SIZE 0
#define SQLITE_DEFAULT_FILE_PERMISSIONS 0600
#define SQLITE_MAX_ALLOCATION_SIZE 16777216
#define SQLITE_PRINTF_PRECISION_LIMIT 100000
#define SQLITE_OMIT_SHARED_CACHE 1
#define SQLITE_USE_ALLOCA 1
#define HAVE_USLEEP 1
#define HAVE_FDATASYNC 1
#define SQLITE_ENABLE_FTS5 1
#define SQLITE_ENABLE_RTREE 1
#define SQLITE_ENABLE_MATH_FUNCTIONS 1
#define SQLITE_ENABLE_NORMALIZE 1
#define SQLITE_ENABLE_UPDATE_DELETE_LIMIT 1
#define SQLITE_ENABLE_SNAPSHOT 1
#define SQLITE_ENABLE_COLUMN_METADATA 1
#define SQLITE_API static
#define SQLITE_CDECL
#include "sqlite3_gen.h"
#include <time.h>
#include "sqlite.h"
#include "number.h"
#include "policy.h"
#include "vfs.h"
#include "conn.h"
#include "stmt.h"
#endif
