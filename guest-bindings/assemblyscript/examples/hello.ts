/**
 * Hashes, signs and seals, and prints what comes out.
 *
 *     npm install && npm run build
 *     wasi-crypto run --secrets memory: --namespace demo build/hello.wasm
 */
import { AlgorithmType, KeyPair, SecretsManager, SymmetricKey, hash, open, seal } from "../assembly/index";

@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: u32, parts: usize, parts_len: usize, written: usize): u32;

function print(text: string): void {
  const bytes = String.UTF8.encode(text + "\n");
  const part = new StaticArray<usize>(3);
  part[0] = changetype<usize>(bytes);
  part[1] = bytes.byteLength;
  fd_write(1, changetype<usize>(part), 1, changetype<usize>(part) + 2 * sizeof<usize>());
}

function bytes(text: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(text));
}

function hex(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += (<u32>bytes[i] | 256).toString(16).slice(1);
  return text;
}

print(hex(hash("SHA-256", bytes("abc"), 32)));

const opened = SecretsManager.open();
if (opened) {
  const manager = opened as SecretsManager;
  const id = KeyPair.generateManaged(manager, AlgorithmType.Signatures, "Ed25519").id();
  const key = KeyPair.fromId(manager, id)!;
  const signature = key.sign(bytes("abc"));
  print(key.publicKey().verify("Ed25519", bytes("abc"), signature) ? "signed" : "not verified");
  print(key.publicKey().verify("Ed25519", bytes("abd"), signature) ? "verified another message" : "not another message");
  key.close();
}

// Test case 2 of the paper that defines GCM.
const key = SymmetricKey.from("AES-128-GCM", new Uint8Array(16));
const sealed = seal("AES-128-GCM", key, new Uint8Array(12), new Uint8Array(0), new Uint8Array(16));
print(hex(sealed));
const message = open("AES-128-GCM", key, new Uint8Array(12), new Uint8Array(0), sealed);
print(message ? hex(message as Uint8Array) : "not opened");
sealed[0] ^= 1;
print(open("AES-128-GCM", key, new Uint8Array(12), new Uint8Array(0), sealed) ? "opened another" : "not another");
key.close();
