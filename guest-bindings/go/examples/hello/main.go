//go:build wasip1

// Hashes, signs and seals, and prints what comes out.
//
//	GOOS=wasip1 GOARCH=wasm go build -o hello.wasm ./examples/hello
//	wasi-crypto run --secrets memory: --namespace demo hello.wasm
package main

import (
	"fmt"
	"log"

	wasicrypto "wasi-crypto/guest"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	fmt.Printf("%x\n", must(wasicrypto.Hash("SHA-256", []byte("abc"), 32)))

	if manager, err := wasicrypto.OpenManager(); err == nil {
		id := must(must(manager.GenerateKeyPair(wasicrypto.Signatures, "Ed25519")).ID())
		key := must(manager.KeyPair(id))
		public := must(key.PublicKey())
		signature := must(key.Sign([]byte("abc")))
		if public.Verify("Ed25519", []byte("abc"), signature) == nil {
			fmt.Println("signed")
		}
		if public.Verify("Ed25519", []byte("abd"), signature) == wasicrypto.VerificationFailed {
			fmt.Println("not another message")
		}
	}

	// Test case 2 of the paper that defines GCM.
	key := must(wasicrypto.ImportSymmetricKey("AES-128-GCM", make([]byte, 16)))
	sealed := must(wasicrypto.Seal("AES-128-GCM", key, make([]byte, 12), nil, make([]byte, 16)))
	fmt.Printf("%x\n", sealed)
	fmt.Printf("%x\n", must(wasicrypto.Unseal("AES-128-GCM", key, make([]byte, 12), nil, sealed)))
	sealed[0] ^= 1
	if _, err := wasicrypto.Unseal("AES-128-GCM", key, make([]byte, 12), nil, sealed); err == wasicrypto.InvalidTag {
		fmt.Println("not another")
	}
}
