/* The VFS of Dione: for databases that this process alone opens.
**
** All connections of one database file share two descriptors, the file's and
** its WAL's, and keep the WAL index, all locks and the file's size on the
** heap. So starting and ending a read transaction takes no system call, and an
** open database costs two descriptors however many connections read it.
** Reading and writing go through SQLite's own unix VFS ("unix-none", which
** has no locks and no list of inodes), with pread and pwrite, which keep no
** position in a descriptor.
**
** Other processes are kept away by an open-file-description lock on the range
** that SQLite locks, for as long as any connection is open: a sqlite3 shell
** hears "database is locked". (A POSIX lock would vanish when any descriptor of
** the file is closed, https://www.sqlite.org/howtocorrupt.html, 2.2.)
**
** Journals, temporary files and everything else pass through unchanged. */
#ifndef DN_VFS_H
#define DN_VFS_H
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct dn_file;

/* One open database file. */
typedef struct dn_node {
  struct dn_node *next;
  char *path, *walpath;
  int refs;                  /* open dn_files, guarded by dn_nodes_mu */
  int open_refs[2];          /* users of real[0] (the file) and real[1] (the WAL), guarded by dn_nodes_mu */
  int open_flags[2];
  sqlite3_file *real[2];
  int statistics;            /* counts commits of new statistics for the planner; atomic */
  pthread_mutex_t mu;        /* guards all below */
  int nshared;               /* file locks */
  struct dn_file *reserved, *pending, *exclusive;
  sqlite3_int64 size;        /* of the file; -1: ask */
  int maps, nregions;        /* WAL index */
  void **regions;
  int shared[SQLITE_SHM_NLOCK];
  unsigned char excl[SQLITE_SHM_NLOCK];
} dn_node;

typedef struct dn_file {
  sqlite3_file base;
  sqlite3_file *real;        /* the shared file, or what follows this struct */
  dn_node *node;             /* 0 for files that are not shared */
  int which;                 /* 0 the database, 1 its WAL */
  int lock;                  /* file lock level held */
  int mapped;
  unsigned short sh, ex;     /* WAL-index locks held */
} dn_file;

#define DN_OWN(f) ((sqlite3_file *)((dn_file *)(f) + 1))
#define DN_SLOTS 4096
static pthread_mutex_t dn_nodes_mu = PTHREAD_MUTEX_INITIALIZER;
static dn_node *dn_nodes[DN_SLOTS];
static _Thread_local int dn_disk_full; /* a write of this thread met a full disk since the last error text */
static sqlite3_vfs dn_vfs, *dn_unix;
static sqlite3_io_methods dn_io_shared, dn_io_own;

static dn_node **dn_slot(const char *path, size_t n) {
  unsigned h = 2166136261u;
  for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)path[i]) * 16777619u;
  return &dn_nodes[(h ^ h >> 15) % DN_SLOTS];
}

/* The node of the database at path[0..n), made where make says so. Called
** with dn_nodes_mu held. */
static dn_node *dn_node_find(const char *path, size_t n, int make) {
  dn_node **slot = dn_slot(path, n), *p = *slot;
  while (p && (strncmp(p->path, path, n) || p->path[n])) p = p->next;
  if (p || !make) return p;
  p = calloc(1, sizeof *p);
  if (!p) return 0;
  p->path = malloc(n + 1);
  p->walpath = malloc(n + 5);
  if (!p->path || !p->walpath) {
    free(p->path);
    free(p->walpath);
    free(p);
    return 0;
  }
  memcpy(p->path, path, n);
  p->path[n] = 0;
  memcpy(p->walpath, path, n);
  memcpy(p->walpath + n, "-wal", 5);
  p->size = -1;
  pthread_mutex_init(&p->mu, 0);
  p->next = *slot;
  *slot = p;
  return p;
}

/* Drops one use of the node; called with dn_nodes_mu held. */
static void dn_node_put(dn_node *n) {
  if (--n->refs > 0) return;
  dn_node **pp = dn_slot(n->path, strlen(n->path));
  while (*pp != n) pp = &(*pp)->next;
  *pp = n->next;
  pthread_mutex_destroy(&n->mu);
  for (int i = 0; i < n->nregions; i++) free(n->regions[i]);
  free(n->regions);
  free(n->path);
  free(n->walpath);
  free(n);
}

/* Keeps other processes from the file for as long as the descriptor is open. */
static int dn_guard(sqlite3_file *real, int readonly) {
#ifdef F_OFD_SETLK
  struct flock l;
  memset(&l, 0, sizeof l);
  l.l_type = readonly ? F_RDLCK : F_WRLCK;
  l.l_whence = SEEK_SET;
  l.l_start = PENDING_BYTE;
  l.l_len = 2 + SHARED_SIZE;
  if (fcntl(((unixFile *)real)->h, F_OFD_SETLK, &l) == 0) return SQLITE_OK;
  if (errno == EAGAIN || errno == EACCES) return SQLITE_BUSY;
  if (errno != EINVAL && errno != ENOLCK && errno != EOPNOTSUPP) return SQLITE_IOERR_LOCK;
  /* A file system without such locks: the lock on the data folder remains. */
#else
  (void)real;
  (void)readonly;
#endif
  return SQLITE_OK;
}

/* File locks, as levels of one process: SHARED, RESERVED, PENDING, EXCLUSIVE.
** They must be real: the last connection alone may checkpoint at its close. */
static int dn_lock(sqlite3_file *f, int want) {
  dn_file *s = (dn_file *)f;
  dn_node *n = s->node;
  int rc = SQLITE_OK;
  if (s->lock >= want) return SQLITE_OK;
  pthread_mutex_lock(&n->mu);
  if (want == SQLITE_LOCK_SHARED) {
    if (n->exclusive || n->pending) rc = SQLITE_BUSY;
    else {
      n->nshared++;
      s->lock = SQLITE_LOCK_SHARED;
    }
  } else if (n->reserved && n->reserved != s) {
    rc = SQLITE_BUSY;
  } else {
    n->reserved = s;
    if (want == SQLITE_LOCK_EXCLUSIVE) {
      n->pending = s;
      s->lock = SQLITE_LOCK_PENDING;
      if (n->nshared > 1) rc = SQLITE_BUSY;
      else {
        n->exclusive = s;
        s->lock = SQLITE_LOCK_EXCLUSIVE;
      }
    } else {
      s->lock = SQLITE_LOCK_RESERVED;
    }
  }
  pthread_mutex_unlock(&n->mu);
  return rc;
}

static int dn_unlock(sqlite3_file *f, int to) {
  dn_file *s = (dn_file *)f;
  dn_node *n = s->node;
  if (s->lock <= to) return SQLITE_OK;
  pthread_mutex_lock(&n->mu);
  if (n->exclusive == s) n->exclusive = 0;
  if (n->pending == s) n->pending = 0;
  if (n->reserved == s) n->reserved = 0;
  if (to == SQLITE_LOCK_NONE) n->nshared--;
  s->lock = to;
  pthread_mutex_unlock(&n->mu);
  return SQLITE_OK;
}

static int dn_check_reserved(sqlite3_file *f, int *out) {
  dn_node *n = ((dn_file *)f)->node;
  pthread_mutex_lock(&n->mu);
  *out = n->reserved != 0;
  pthread_mutex_unlock(&n->mu);
  return SQLITE_OK;
}

/* The WAL index. Its regions live until the last connection unmaps them. */
static int dn_shm_unmap(sqlite3_file *f, int del) {
  dn_file *s = (dn_file *)f;
  dn_node *n = s->node;
  (void)del;
  if (!s->mapped) return SQLITE_OK;
  pthread_mutex_lock(&n->mu);
  s->mapped = 0;
  if (--n->maps == 0) {
    for (int i = 0; i < n->nregions; i++) free(n->regions[i]);
    free(n->regions);
    n->regions = 0;
    n->nregions = 0;
  }
  pthread_mutex_unlock(&n->mu);
  return SQLITE_OK;
}

static int dn_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
  dn_file *s = (dn_file *)f;
  dn_node *n = s->node;
  int rc = SQLITE_OK;
  *out = 0;
  pthread_mutex_lock(&n->mu);
  if (!s->mapped) {
    s->mapped = 1;
    n->maps++;
  }
  if (page >= n->nregions && extend) {
    void **q = realloc(n->regions, sizeof(void *) * (size_t)(page + 1));
    if (q) {
      n->regions = q;
      while (n->nregions <= page && (q[n->nregions] = calloc(1, (size_t)size))) n->nregions++;
    }
    if (n->nregions <= page) rc = SQLITE_NOMEM;
  }
  if (page < n->nregions) *out = n->regions[page];
  pthread_mutex_unlock(&n->mu);
  return rc;
}

static int dn_shm_lock(sqlite3_file *f, int first, int count, int flags) {
  dn_file *s = (dn_file *)f;
  dn_node *n = s->node;
  unsigned mask = ((1u << count) - 1) << first;
  int rc = SQLITE_OK, i;
  pthread_mutex_lock(&n->mu);
  if (flags & SQLITE_SHM_UNLOCK) {
    for (i = first; i < first + count; i++) {
      if (s->ex & (1u << i)) n->excl[i] = 0;
      else if (s->sh & (1u << i)) n->shared[i]--;
    }
    s->ex &= (unsigned short)~mask;
    s->sh &= (unsigned short)~mask;
  } else if (flags & SQLITE_SHM_SHARED) {
    if (!(s->sh & mask)) {
      if (n->excl[first]) rc = SQLITE_BUSY;
      else {
        n->shared[first]++;
        s->sh |= (unsigned short)mask;
      }
    }
  } else {
    for (i = first; i < first + count && !rc; i++)
      if (n->excl[i] || n->shared[i] - ((s->sh >> i) & 1)) rc = SQLITE_BUSY;
    if (!rc) {
      for (i = first; i < first + count; i++) n->excl[i] = 1;
      s->ex |= (unsigned short)mask;
    }
  }
  pthread_mutex_unlock(&n->mu);
  return rc;
}

static void dn_shm_barrier(sqlite3_file *f) {
  (void)f;
  __sync_synchronize();
}

/* The size of the database file is asked for at the start of many
** transactions and changes with checkpoints alone. Asking and forgetting
** happen under the node's lock, so a size from before a write never stays. */
static int dn_size(sqlite3_file *f, sqlite3_int64 *out) {
  dn_file *s = (dn_file *)f;
  dn_node *n = s->node;
  int rc = SQLITE_OK;
  if (s->which) return s->real->pMethods->xFileSize(s->real, out);
  pthread_mutex_lock(&n->mu);
  if (n->size < 0) rc = s->real->pMethods->xFileSize(s->real, &n->size);
  *out = n->size;
  if (rc) n->size = -1;
  pthread_mutex_unlock(&n->mu);
  return rc;
}

static void dn_forget_size(sqlite3_file *f) {
  dn_file *s = (dn_file *)f;
  if (!s->node || s->which) return;
  pthread_mutex_lock(&s->node->mu);
  s->node->size = -1;
  pthread_mutex_unlock(&s->node->mu);
}

#define DN_FORWARD(name, args, call) \
  static int dn_##name args { sqlite3_file *r = ((dn_file *)f)->real; return r->pMethods->call; }
DN_FORWARD(read, (sqlite3_file *f, void *b, int n, sqlite3_int64 o), xRead(r, b, n, o))
DN_FORWARD(sync, (sqlite3_file *f, int fl), xSync(r, fl))
DN_FORWARD(own_size, (sqlite3_file *f, sqlite3_int64 *n), xFileSize(r, n))
DN_FORWARD(characteristics, (sqlite3_file *f), xDeviceCharacteristics(r))
DN_FORWARD(sector, (sqlite3_file *f), xSectorSize(r))
DN_FORWARD(own_lock, (sqlite3_file *f, int l), xLock(r, l))
DN_FORWARD(own_unlock, (sqlite3_file *f, int l), xUnlock(r, l))
DN_FORWARD(own_check_reserved, (sqlite3_file *f, int *o), xCheckReservedLock(r, o))

static int dn_write(sqlite3_file *f, const void *b, int n, sqlite3_int64 o) {
  sqlite3_file *r = ((dn_file *)f)->real;
  int rc = r->pMethods->xWrite(r, b, n, o);
  if (rc == SQLITE_FULL) dn_disk_full = 1;
  dn_forget_size(f);
  return rc;
}

static int dn_truncate(sqlite3_file *f, sqlite3_int64 n) {
  sqlite3_file *r = ((dn_file *)f)->real;
  int rc = r->pMethods->xTruncate(r, n);
  dn_forget_size(f);
  return rc;
}

static int dn_control(sqlite3_file *f, int op, void *arg) {
  sqlite3_file *r = ((dn_file *)f)->real;
  if (op == SQLITE_FCNTL_PERSIST_WAL && ((dn_file *)f)->node) {
    *(int *)arg = 1; /* making and deleting the -wal file at each opening costs more than the opening */
    return SQLITE_OK;
  }
  int rc = r->pMethods->xFileControl(r, op, arg);
  if (op == SQLITE_FCNTL_SIZE_HINT) dn_forget_size(f);
  return rc;
}

/* Closes a use of the shared file; the last one closes the descriptor, and
** with it gives up the lock on the file. */
static int dn_close_shared(sqlite3_file *f) {
  dn_file *s = (dn_file *)f;
  dn_node *n = s->node;
  int rc = SQLITE_OK;
  if (s->which == 0) {
    dn_shm_unmap(f, 0);
    dn_unlock(f, SQLITE_LOCK_NONE);
  }
  pthread_mutex_lock(&dn_nodes_mu);
  if (--n->open_refs[s->which] == 0) {
    rc = s->real->pMethods->xClose(s->real);
    free(s->real);
    n->real[s->which] = 0;
  }
  dn_node_put(n);
  pthread_mutex_unlock(&dn_nodes_mu);
  return rc;
}

static int dn_close_own(sqlite3_file *f) {
  sqlite3_file *r = ((dn_file *)f)->real;
  return r->pMethods ? r->pMethods->xClose(r) : SQLITE_OK;
}

/* Opens the shared file of a node where it is not open yet; called with
** dn_nodes_mu held. The name handed to the unix VFS is the node's own copy,
** because SQLite's lives only as long as one connection. */
static int dn_open_real(dn_node *n, int which, int flags) {
  if (n->real[which]) return SQLITE_OK;
  sqlite3_file *r = calloc(1, (size_t)dn_unix->szOsFile);
  if (!r) return SQLITE_NOMEM;
  int rc = dn_unix->xOpen(dn_unix, which ? n->walpath : n->path, r, flags, &n->open_flags[which]);
  if (!rc && !which) {
    rc = dn_guard(r, n->open_flags[0] & SQLITE_OPEN_READONLY);
    n->size = -1;
  }
  if (rc) {
    if (r->pMethods) r->pMethods->xClose(r);
    free(r);
    return rc;
  }
  n->real[which] = r;
  return SQLITE_OK;
}

static int dn_open_shared(dn_file *s, const char *path, size_t n, int which, int flags, int *out) {
  pthread_mutex_lock(&dn_nodes_mu);
  dn_node *node = dn_node_find(path, n, which == 0);
  int rc = node ? SQLITE_OK : which ? SQLITE_CANTOPEN : SQLITE_NOMEM;
  if (node) {
    node->refs++;
    rc = dn_open_real(node, which, flags);
    if (rc) dn_node_put(node);
  }
  if (!rc) {
    node->open_refs[which]++;
    s->node = node;
    s->which = which;
    s->real = node->real[which];
    s->base.pMethods = &dn_io_shared;
    if (out) *out = node->open_flags[which];
  }
  pthread_mutex_unlock(&dn_nodes_mu);
  return rc;
}

static int dn_open_file(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out) {
  dn_file *s = (dn_file *)f;
  (void)v;
  memset(s, 0, sizeof *s);
  if (name && (flags & SQLITE_OPEN_MAIN_DB)) return dn_open_shared(s, name, strlen(name), 0, flags, out);
  if (name && (flags & SQLITE_OPEN_WAL)) return dn_open_shared(s, name, strlen(name) - 4, 1, flags, out);
  s->real = DN_OWN(f);
  memset(s->real, 0, (size_t)dn_unix->szOsFile);
  int rc = dn_unix->xOpen(dn_unix, name, s->real, flags, out);
  if (s->real->pMethods) f->pMethods = &dn_io_own;
  return rc;
}

static int dn_vfs_register(void) {
  int rc = sqlite3_initialize();
  if (rc) return rc;
  dn_unix = sqlite3_vfs_find("unix-none");
  if (!dn_unix) return SQLITE_ERROR;
  dn_vfs = *dn_unix;
  dn_vfs.szOsFile = (int)sizeof(dn_file) + dn_unix->szOsFile;
  dn_vfs.zName = "dione";
  dn_vfs.xOpen = dn_open_file;
  dn_vfs.pNext = 0;
  sqlite3_io_methods shared = {2, dn_close_shared, dn_read, dn_write, dn_truncate, dn_sync, dn_size, dn_lock,
    dn_unlock, dn_check_reserved, dn_control, dn_sector, dn_characteristics, dn_shm_map, dn_shm_lock,
    dn_shm_barrier, dn_shm_unmap, 0, 0};
  sqlite3_io_methods own = {1, dn_close_own, dn_read, dn_write, dn_truncate, dn_sync, dn_own_size, dn_own_lock,
    dn_own_unlock, dn_own_check_reserved, dn_control, dn_sector, dn_characteristics, 0, 0, 0, 0, 0, 0};
  dn_io_shared = shared;
  dn_io_own = own;
  return sqlite3_vfs_register(&dn_vfs, 0);
}
#endif
