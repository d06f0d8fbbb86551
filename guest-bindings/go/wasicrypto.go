//go:build wasip1

// Package wasicrypto is WASI-Crypto for guests in Go (GOOS=wasip1 GOARCH=wasm): a thin layer over the imports in raw.go, for what most
// guests need.
package wasicrypto

import (
	"runtime"
	"strconv"
	"unsafe"
)

// Types of algorithms.
const (
	Signatures  = 0
	Symmetric   = 1
	KeyExchange = 2
)

// Errno is the status of a call that did not succeed, crypto_errno in the specification.
type Errno int32

// Some of them.
const (
	UnsupportedFeature = Errno(3)
	VerificationFailed = Errno(10)
	InvalidSignature   = Errno(13)
	Overflow           = Errno(16)
	InvalidTag         = Errno(21)
	NotFound           = Errno(26)
)

func (errno Errno) Error() string {
	return "wasi-crypto: error " + strconv.Itoa(int(errno))
}

func result(status int32) error {
	if status == 0 {
		return nil
	}
	return Errno(status)
}

// optional is an object or none, as some functions take it.
type optional struct {
	tag    uint8
	handle uint32
}

func some(handle uint32) *optional { return &optional{0, handle} }

var none = &optional{tag: 1}

func start(bytes []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(bytes)) }

func text(text string) (unsafe.Pointer, uint32) {
	return unsafe.Pointer(unsafe.StringData(text)), uint32(len(text))
}

// Options of an algorithm.
type Options struct{ handle uint32 }

// OpenOptions makes a set of options for a type of algorithms.
func OpenOptions(algorithmType uint32) (options Options, err error) {
	err = result(optionsOpen(algorithmType, unsafe.Pointer(&options.handle)))
	return
}

// Set sets an option such as "nonce", "context" or "salt".
func (options Options) Set(name string, value []byte) error {
	at, length := text(name)
	return result(optionsSet(options.handle, at, length, start(value), uint32(len(value))))
}

// Close gives it back to the host.
func (options Options) Close() error { return result(optionsClose(options.handle)) }

// SymmetricKey is a key of a symmetric algorithm.
type SymmetricKey struct{ handle uint32 }

// GenerateSymmetricKey makes a new one.
func GenerateSymmetricKey(algorithm string) (key SymmetricKey, err error) {
	at, length := text(algorithm)
	err = result(symmetricKeyGenerate(at, length, unsafe.Pointer(none), unsafe.Pointer(&key.handle)))
	return
}

// ImportSymmetricKey makes one of its bytes.
func ImportSymmetricKey(algorithm string, raw []byte) (key SymmetricKey, err error) {
	at, length := text(algorithm)
	err = result(symmetricKeyImport(at, length, start(raw), uint32(len(raw)), unsafe.Pointer(&key.handle)))
	return
}

// Close gives it back to the host.
func (key SymmetricKey) Close() error { return result(symmetricKeyClose(key.handle)) }

// State is a hash, MAC or cipher at work.
type State struct{ handle uint32 }

// Open opens a state; key and options may be nil.
func Open(algorithm string, key *SymmetricKey, options *Options) (state State, err error) {
	at, length := text(algorithm)
	withKey, withOptions := none, none
	if key != nil {
		withKey = some(key.handle)
	}
	if options != nil {
		withOptions = some(options.handle)
	}
	err = result(symmetricStateOpen(at, length, unsafe.Pointer(withKey), unsafe.Pointer(withOptions), unsafe.Pointer(&state.handle)))
	return
}

// Write absorbs data.
func (state State) Write(data []byte) (int, error) {
	if err := result(symmetricStateAbsorb(state.handle, start(data), uint32(len(data)))); err != nil {
		return 0, err
	}
	return len(data), nil
}

// Squeeze fills a slice with output.
func (state State) Squeeze(out []byte) error {
	return result(symmetricStateSqueeze(state.handle, start(out), uint32(len(out))))
}

// Close gives it back to the host.
func (state State) Close() error { return result(symmetricStateClose(state.handle)) }

// Hash hashes a message: "SHA-256" and 32 bytes, for example.
func Hash(algorithm string, message []byte, length int) ([]byte, error) {
	state, err := Open(algorithm, nil, nil)
	if err != nil {
		return nil, err
	}
	defer state.Close()
	if _, err := state.Write(message); err != nil {
		return nil, err
	}
	digest := make([]byte, length)
	return digest, state.Squeeze(digest)
}

// Seal encrypts a message, with its tag behind it. A nonce must never come twice under one key.
func Seal(algorithm string, key SymmetricKey, nonce, associated, message []byte) ([]byte, error) {
	return withState(algorithm, key, nonce, associated, func(state State, tag int) ([]byte, error) {
		var written uint32
		out := make([]byte, len(message)+tag)
		err := result(symmetricStateEncrypt(state.handle, start(out), uint32(len(out)), start(message), uint32(len(message)), unsafe.Pointer(&written)))
		return out[:written], err
	})
}

// Unseal does the same backwards: InvalidTag if the message, the associated data, the nonce or the key is another.
func Unseal(algorithm string, key SymmetricKey, nonce, associated, sealed []byte) ([]byte, error) {
	return withState(algorithm, key, nonce, associated, func(state State, tag int) ([]byte, error) {
		if len(sealed) < tag {
			return nil, InvalidTag
		}
		var written uint32
		out := make([]byte, len(sealed)-tag)
		err := result(symmetricStateDecrypt(state.handle, start(out), uint32(len(out)), start(sealed), uint32(len(sealed)), unsafe.Pointer(&written)))
		return out[:written], err
	})
}

func withState(algorithm string, key SymmetricKey, nonce, associated []byte, work func(State, int) ([]byte, error)) ([]byte, error) {
	options, err := OpenOptions(Symmetric)
	if err != nil {
		return nil, err
	}
	defer options.Close()
	if err := options.Set("nonce", nonce); err != nil {
		return nil, err
	}
	state, err := Open(algorithm, &key, &options)
	if err != nil {
		return nil, err
	}
	defer state.Close()
	if len(associated) > 0 {
		if _, err := state.Write(associated); err != nil {
			return nil, err
		}
	}
	var tag uint32
	if err := result(symmetricStateMaxTagLen(state.handle, unsafe.Pointer(&tag))); err != nil {
		return nil, err
	}
	return work(state, int(tag))
}

// Manager is where the host keeps keys for this guest.
type Manager struct{ handle uint32 }

// OpenManager opens it: UnsupportedFeature if the host has none.
func OpenManager() (manager Manager, err error) {
	err = result(secretsManagerOpen(unsafe.Pointer(none), unsafe.Pointer(&manager.handle)))
	return
}

// Close gives it back to the host.
func (manager Manager) Close() error { return result(secretsManagerClose(manager.handle)) }

// KeyPair is a key pair.
type KeyPair struct{ handle uint32 }

// GenerateKeyPair makes a new one.
func GenerateKeyPair(algorithmType uint32, algorithm string) (key KeyPair, err error) {
	at, length := text(algorithm)
	err = result(keypairGenerate(algorithmType, at, length, unsafe.Pointer(none), unsafe.Pointer(&key.handle)))
	return
}

// GenerateKeyPair makes a new one that the host keeps.
func (manager Manager) GenerateKeyPair(algorithmType uint32, algorithm string) (key KeyPair, err error) {
	at, length := text(algorithm)
	err = result(keypairGenerateManaged(manager.handle, algorithmType, at, length, unsafe.Pointer(none), unsafe.Pointer(&key.handle)))
	return
}

// KeyPair loads the newest version of a key pair that the host keeps: NotFound if there is none of this identifier.
func (manager Manager) KeyPair(id []byte) (key KeyPair, err error) {
	const latest = 0xff00_0000_0000_0001
	err = result(keypairFromId(manager.handle, start(id), uint32(len(id)), latest, unsafe.Pointer(&key.handle)))
	return
}

// ID is the identifier of a key pair that the host keeps.
func (key KeyPair) ID() ([]byte, error) {
	var length uint32
	var version uint64
	id := make([]byte, 32)
	err := result(keypairId(key.handle, start(id), uint32(len(id)), unsafe.Pointer(&length), unsafe.Pointer(&version)))
	return id[:length], err
}

// PublicKey is its public half.
func (key KeyPair) PublicKey() (public PublicKey, err error) {
	err = result(keypairPublickey(key.handle, unsafe.Pointer(&public.handle)))
	return
}

// Sign signs a message; the signature is the bytes that the algorithm defines, 64 of Ed25519.
func (key KeyPair) Sign(message []byte) ([]byte, error) {
	var state, signature, output uint32
	if err := result(signatureStateOpen(key.handle, unsafe.Pointer(&state))); err != nil {
		return nil, err
	}
	defer signatureStateClose(state)
	if err := result(signatureStateUpdate(state, start(message), uint32(len(message)))); err != nil {
		return nil, err
	}
	if err := result(signatureStateSign(state, unsafe.Pointer(&signature))); err != nil {
		return nil, err
	}
	defer signatureClose(signature)
	if err := result(signatureExport(signature, 0, unsafe.Pointer(&output))); err != nil {
		return nil, err
	}
	return pull(output)
}

// Close gives it back to the host.
func (key KeyPair) Close() error { return result(keypairClose(key.handle)) }

// PublicKey is a public key.
type PublicKey struct{ handle uint32 }

// Verify is nil if it is this key's signature of this message, else VerificationFailed or InvalidSignature.
func (key PublicKey) Verify(algorithm string, message, raw []byte) error {
	var state, signature uint32
	at, length := text(algorithm)
	if err := result(signatureImport(at, length, start(raw), uint32(len(raw)), 0, unsafe.Pointer(&signature))); err != nil {
		return err
	}
	defer signatureClose(signature)
	if err := result(signatureVerificationStateOpen(key.handle, unsafe.Pointer(&state))); err != nil {
		return err
	}
	defer signatureVerificationStateClose(state)
	if err := result(signatureVerificationStateUpdate(state, start(message), uint32(len(message)))); err != nil {
		return err
	}
	return result(signatureVerificationStateVerify(state, signature))
}

// Close gives it back to the host.
func (key PublicKey) Close() error { return result(publickeyClose(key.handle)) }

// pull reads an array output, which is closed then.
func pull(output uint32) ([]byte, error) {
	var length, part uint32
	if err := result(arrayOutputLen(output, unsafe.Pointer(&length))); err != nil {
		return nil, err
	}
	bytes := make([]byte, length)
	for done := uint32(0); ; {
		if err := result(arrayOutputPull(output, start(bytes[done:]), length-done, unsafe.Pointer(&part))); err != nil {
			return nil, err
		}
		if done += part; done >= length {
			runtime.KeepAlive(bytes)
			return bytes, nil
		}
	}
}
