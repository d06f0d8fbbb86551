/* Stands in for WasmEdge: has those functions of its C interface that a plugin calls, loads the plugins as WasmEdge does, and has a guest
 * call them. Written from what WasmEdge's public headers declare. Prints nothing and returns 0 if all holds.
 *
 * Usage: engine PLUGIN BATCH_PLUGIN          everything works
 *        engine PLUGIN BATCH_PLUGIN refused  the plugins are to say no; the version to have is in ENGINE_MINOR
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition)                                                          \
    do {                                                                          \
        if (!(condition)) {                                                       \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);       \
            exit(1);                                                              \
        }                                                                         \
    } while (0)

typedef struct { uint32_t len; const char *start; } String;
typedef struct { uint8_t data[8]; } ValType;
typedef struct { unsigned __int128 bits; ValType type; } Value;
typedef struct { uint32_t code; } Result;
typedef struct Memory { uint8_t *start; uint64_t pages; bool is_shared; } Memory;
typedef struct { Memory *memory; } Frame;
typedef Result (*Wrapper)(void *, void *, const Frame *, const Value *, uint32_t, Value *, uint32_t);
typedef struct { uint32_t params_len; char params[16]; } FunctionType;
typedef struct { FunctionType type; Wrapper wrapper; void *binding, *data; char name[64]; } Function;
typedef struct { char name[64]; void *data; void (*finalizer)(void *); Function *functions[100]; uint32_t len; } Module;
typedef struct ModuleDescriptor {
    const char *name, *description;
    Module *(*create)(const struct ModuleDescriptor *);
} ModuleDescriptor;
typedef struct {
    const char *name, *description;
    uint32_t api_version, version[4], modules_len, options_len;
    const ModuleDescriptor *modules;
    const void *options;
} PluginDescriptor;

uint32_t WasmEdge_VersionGetMajor(void) { return 0; }
uint32_t WasmEdge_VersionGetMinor(void) { return getenv("ENGINE_MINOR") ? (uint32_t)atoi(getenv("ENGINE_MINOR")) : 17; }
ValType WasmEdge_ValTypeGenI32(void) { return (ValType){{0x7f}}; }
ValType WasmEdge_ValTypeGenI64(void) { return (ValType){{0x7e}}; }
FunctionType *WasmEdge_FunctionTypeCreate(const ValType *params, uint32_t params_len, const ValType *results,
                                          uint32_t results_len) {
    CHECK(results_len == 1 && results[0].data[0] == 0x7f && params_len < 16);
    FunctionType *type = calloc(1, sizeof *type);
    type->params_len = params_len;
    for (uint32_t i = 0; i < params_len; i++) type->params[i] = params[i].data[0] == 0x7f ? 'i' : 'I';
    return type;
}
void WasmEdge_FunctionTypeDelete(FunctionType *type) { free(type); }
Function *WasmEdge_FunctionInstanceCreateBinding(const FunctionType *type, Wrapper wrapper, void *binding, void *data,
                                                 uint64_t cost) {
    CHECK(cost == 0);
    Function *function = calloc(1, sizeof *function);
    *function = (Function){.type = *type, .wrapper = wrapper, .binding = binding, .data = data};
    return function;
}
void WasmEdge_FunctionInstanceDelete(Function *function) { free(function); }
Module *WasmEdge_ModuleInstanceCreateWithData(String name, void *data, void (*finalizer)(void *)) {
    Module *module = calloc(1, sizeof *module);
    CHECK(name.len < sizeof module->name);
    memcpy(module->name, name.start, name.len);
    module->data = data;
    module->finalizer = finalizer;
    return module;
}
Result WasmEdge_ModuleInstanceAddFunction(Module *module, String name, Function *function) {
    CHECK(module->len < 100 && name.len < sizeof function->name);
    memcpy(function->name, name.start, name.len);
    module->functions[module->len++] = function;
    return (Result){0};
}
Memory *WasmEdge_CallingFrameGetMemoryInstance(const Frame *frame, uint32_t index) {
    return index == 0 ? frame->memory : NULL;
}
uint64_t WasmEdge_MemoryInstanceGetPageSize(const Memory *memory) { return memory ? memory->pages : 0; }
/* How often a call has asked for a memory. */
static _Atomic int pointers;

uint8_t *WasmEdge_MemoryInstanceGetPointer(Memory *memory, uint64_t offset, uint64_t len) {
    pointers++;
    return memory && offset + len <= memory->pages * 65536 ? memory->start + offset : NULL;
}
const Memory *WasmEdge_MemoryInstanceGetMemoryType(const Memory *memory) { return memory; }
const Memory *WasmEdge_MemoryTypeGetLimit(const Memory *memory) { return memory; }
bool WasmEdge_LimitIsShared(const Memory *memory) { return memory && memory->is_shared; }

static const PluginDescriptor *load(const char *path) {
    void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) fprintf(stderr, "%s\n", dlerror());
    CHECK(library != NULL);
    const PluginDescriptor *(*get)(void) = (const PluginDescriptor *(*)(void))dlsym(library, "WasmEdge_Plugin_GetDescriptor");
    CHECK(get != NULL);
    return get();
}

/* A virtual machine: makes all modules in WasmEdge's order, whatever that of the descriptor is. */
typedef struct { Module *modules[8]; Memory memory; } Machine;

static const char *const MODULES[8] = {"common", "asymmetric_common", "kx", "signatures", "symmetric",
                                       "symmetric_batch", "signatures_batch", "external_secrets"};

static const PluginDescriptor *first, *second;

static Module *make(int i) {
    const PluginDescriptor *plugin = i < 5 ? first : second;
    char name[64], imported[64];
    snprintf(name, sizeof name, "wasi_crypto_%s", MODULES[i]);
    snprintf(imported, sizeof imported, "wasi_ephemeral_crypto_%s", MODULES[i]);
    Module *module = NULL;
    for (uint32_t j = 0; j < plugin->modules_len; j++)
        if (strcmp(plugin->modules[j].name, name) == 0) module = plugin->modules[j].create(&plugin->modules[j]);
    CHECK(module != NULL && strcmp(module->name, imported) == 0);
    return module;
}

static void start(Machine *machine, bool is_shared) {
    for (int i = 0; i < 8; i++) machine->modules[i] = make(i);
    machine->memory = (Memory){aligned_alloc(8, 65536), 1, is_shared};
    memset(machine->memory.start, 0, 65536);
}

static void delete(Module *module) {
    for (uint32_t j = 0; j < module->len; j++) free(module->functions[j]);
    module->finalizer(module->data);
    free(module);
}

static void end(Machine *machine) {
    for (int i = 0; i < 8; i++) delete(machine->modules[i]);
    free(machine->memory.start);
}

/* The result of a call; -1 if it ended the guest. */
static int call_on(Machine *machine, Memory *memory, const char *name, const uint64_t *args, uint32_t args_len) {
    for (int i = 0; i < 8; i++) {
        for (uint32_t j = 0; j < machine->modules[i]->len; j++) {
            Function *function = machine->modules[i]->functions[j];
            if (strcmp(function->name, name) != 0) continue;
            CHECK(function->type.params_len == args_len);
            Value params[16], result;
            /* The high bits of an i32 are whatever they are. */
            for (uint32_t arg = 0; arg < args_len; arg++)
                params[arg].bits = function->type.params[arg] == 'i' ? (uint32_t)args[arg] | ((unsigned __int128)7 << 40)
                                                                     : (unsigned __int128)args[arg];
            memset(&result, 0xa5, sizeof result);
            Frame frame = {memory};
            Result outcome = function->wrapper(function->binding, function->data, &frame, params, args_len, &result, 1);
            return outcome.code == 0 ? (int)(int32_t)result.bits : -1;
        }
    }
    fprintf(stderr, "no function %s\n", name);
    exit(1);
}

#define CALL(machine, name, ...)                                                          \
    call_on(machine, &(machine)->memory, name, (const uint64_t[]){__VA_ARGS__},           \
            sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static uint32_t u32_at(const Machine *machine, size_t address) {
    uint32_t value;
    memcpy(&value, machine->memory.start + address, sizeof value);
    return value;
}

/* FIPS 180-4's example, by the functions of both plugins: they have one state. */
static void hash(Machine *machine) {
    static const uint8_t digest[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea};
    uint8_t *memory = machine->memory.start;
    memcpy(memory, "SHA-256", 7);
    memcpy(memory + 16, "abc", 3);
    memory[32] = 1;
    CHECK(CALL(machine, "symmetric_state_open", 0, 7, 32, 32, 64) == 0);
    CHECK(CALL(machine, "symmetric_state_absorb", u32_at(machine, 64), 16, 3) == 0);
    /* One entry {state, where, how long}, and one result. */
    const uint32_t entry[] = {u32_at(machine, 64), 65536 - 32, 32};
    memcpy(memory + 96, entry, sizeof entry);
    memset(memory + 128, 0xff, 2);
    CHECK(CALL(machine, "batch_symmetric_state_squeeze", 96, 1, 128) == 0);
    CHECK(memory[128] == 0 && memory[129] == 0);
    CHECK(memcmp(memory + 65536 - 32, digest, sizeof digest) == 0);
    CHECK(CALL(machine, "symmetric_state_close", u32_at(machine, 64)) == 0);
}

static void bad_ranges(Machine *machine) {
    const int guest_error = 1;
    CHECK(CALL(machine, "options_open", 1, 65536 - 3) == guest_error);
    CHECK(CALL(machine, "options_open", 1, UINT32_MAX) == guest_error);
    const uint64_t args[] = {1, 0};
    CHECK(call_on(machine, NULL, "options_open", args, 2) == guest_error); /* a guest without a memory */
}

/* What a program makes for itself: modules of one guest have the same data, others must not. */
static void modules_one_by_one(void) {
    enum { COMMON, ASYMMETRIC_COMMON, KX, SIGNATURES, SYMMETRIC, LAST = 7 };
    Module *one[] = {make(COMMON), make(ASYMMETRIC_COMMON)};
    CHECK(one[0]->data == one[1]->data);
    /* No machine leaves kx out. */
    Module *other[] = {make(SIGNATURES), make(SYMMETRIC)};
    CHECK(other[0]->data != one[0]->data && other[0]->data == other[1]->data);
    /* Nor does one begin elsewhere, or make two of a kind. */
    Module *third = make(COMMON), *fourth = make(COMMON), *fifth = make(LAST);
    CHECK(third->data != one[0]->data && third->data != other[0]->data);
    CHECK(fourth->data != third->data && fifth->data != fourth->data);
    /* A guest that runs has all of its modules. */
    Machine called = {.memory = {aligned_alloc(8, 65536), 1, false}};
    for (int i = 0; i < 8; i++) called.modules[i] = third;
    called.modules[0] = make(COMMON);
    CHECK(CALL(&called, "options_open", 1, 64) == 0);
    Module *late = make(ASYMMETRIC_COMMON);
    CHECK(late->data != called.modules[0]->data);
    Module *all[] = {one[0], one[1], other[0], other[1], third, fourth, fifth, called.modules[0], late};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) delete(all[i]);
    free(called.memory.start);
}

/* Derives 32 bytes to address 512 for a tenth of a second or longer. */
static void *derive(void *machine_) {
    Machine *machine = machine_;
    CHECK(CALL(machine, "symmetric_state_squeeze", u32_at(machine, 72), 512, 32) == 0);
    return NULL;
}

/* While one thread is in a call, the call of another waits, if the memory is not shared. */
static void threads(Machine *machine) {
    uint8_t *memory = machine->memory.start;
    memset(memory, 0, 65536);
    memcpy(memory, "PBKDF2-SHA-512", 14);
    memcpy(memory + 16, "ops_limit", 9);
    memcpy(memory + 32, "salt", 4);
    memory[48] = 1; /* no key */
    CHECK(CALL(machine, "options_open", 1, 68) == 0);
    CHECK(CALL(machine, "options_set", u32_at(machine, 68), 32, 4, 32, 4) == 0);
    CHECK(CALL(machine, "options_set_u64", u32_at(machine, 68), 16, 9, 300000) == 0);
    CHECK(CALL(machine, "symmetric_state_open", 0, 14, 48, 64, 72) == 0);
    CHECK(CALL(machine, "symmetric_state_absorb", u32_at(machine, 72), 0, 8) == 0);
    pthread_t thread;
    int before = pointers;
    CHECK(pthread_create(&thread, NULL, derive, machine) == 0);
    while (pointers == before) usleep(1000);
    CHECK(CALL(machine, "options_close", u32_at(machine, 68)) == 0);
    static const uint8_t nothing[32];
    if (!machine->memory.is_shared) CHECK(memcmp(memory + 512, nothing, 32) != 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(memcmp(memory + 512, nothing, 32) != 0);
    CHECK(CALL(machine, "symmetric_state_close", u32_at(machine, 72)) == 0);
}

int main(int argc, char **argv) {
    CHECK(argc >= 3);
    second = load(argv[2]), first = load(argv[1]);
    if (argc > 3) {
        CHECK(first == NULL && second == NULL);
        return 0;
    }
    CHECK(first->api_version == 5 && second->api_version == 5);
    CHECK(strcmp(first->name, "wasi_crypto") == 0 && strcmp(second->name, "wasi_crypto_batch") == 0);
    CHECK(first->modules_len == 5 && second->modules_len == 3 && first->options_len == 0);

    Machine one, other, shared;
    start(&one, false);
    start(&other, false);
    start(&shared, true);
    uint32_t functions = 0;
    for (int i = 0; i < 8; i++) functions += one.modules[i]->len;
    CHECK(functions == 86);
    hash(&one);
    hash(&shared);
    bad_ranges(&one);
    modules_one_by_one();
    threads(&one);
    threads(&shared);
    /* What one machine has open, another does not know. */
    CHECK(CALL(&one, "options_open", 1, 64) == 0);
    CHECK(CALL(&other, "options_close", u32_at(&one, 64)) == 15);
    end(&other);
    CHECK(CALL(&one, "options_close", u32_at(&one, 64)) == 0);
    /* As many handles as the settings allow. */
    if (getenv("ENGINE_HANDLES")) {
        for (int i = 0; i < atoi(getenv("ENGINE_HANDLES")); i++) CHECK(CALL(&one, "options_open", 1, 64) == 0);
        CHECK(CALL(&one, "options_open", 1, 64) == 18);
    }
    end(&one);
    end(&shared);
    return 0;
}
