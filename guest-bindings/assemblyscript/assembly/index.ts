/** WASI-Crypto for guests in AssemblyScript: a thin layer over the imports in `raw.ts`, for what most guests need. */

import * as raw from "./raw";

export { raw };

/** Types of algorithms. */
export enum AlgorithmType { Signatures, Symmetric, KeyExchange }

/** The status of a call, `crypto_errno` in the specification. */
export const SUCCESS: i32 = 0;
export const GUEST_ERROR: i32 = 1;
export const UNSUPPORTED_FEATURE: i32 = 3;
export const UNSUPPORTED_ALGORITHM: i32 = 6;
export const INVALID_KEY: i32 = 8;
export const VERIFICATION_FAILED: i32 = 10;
export const INVALID_SIGNATURE: i32 = 13;
export const INVALID_TAG: i32 = 21;
export const NOT_FOUND: i32 = 26;

/** Ends the guest if a call did not succeed. For what may fail, use a function that returns the status. */
function must(status: i32): void {
  if (status != SUCCESS) throw new Error("wasi-crypto: error " + status.toString());
}

/** Where results go: the address of 8 bytes. */
const slot: usize = memory.data(8);

/** An object or none, as some functions take it. */
function optional(place: usize, object: HostObject | null): usize {
  store<u8>(place, object ? 0 : 1);
  if (object) store<u32>(place, object.handle, 4);
  return place;
}

const optionalKey: usize = memory.data(8);
const optionalOptions: usize = memory.data(8);

/** An object that the host keeps, until it is closed. */
export class HostObject {
  constructor(readonly handle: u32) {}
}

/** Options of an algorithm. */
export class Options extends HostObject {
  static open(type: AlgorithmType): Options {
    must(raw.options_open(type, slot));
    return new Options(load<u32>(slot));
  }

  /** Such as "nonce", "context", "salt". */
  set(name: string, value: Uint8Array): this {
    const utf8 = String.UTF8.encode(name);
    must(raw.options_set(this.handle, changetype<usize>(utf8), utf8.byteLength, value.dataStart, value.byteLength));
    return this;
  }

  close(): void {
    must(raw.options_close(this.handle));
  }
}

/** A key of a symmetric algorithm. */
export class SymmetricKey extends HostObject {
  static generate(algorithm: string): SymmetricKey {
    const name = String.UTF8.encode(algorithm);
    must(raw.symmetric_key_generate(changetype<usize>(name), name.byteLength, optional(optionalOptions, null), slot));
    return new SymmetricKey(load<u32>(slot));
  }

  static from(algorithm: string, bytes: Uint8Array): SymmetricKey {
    const name = String.UTF8.encode(algorithm);
    must(raw.symmetric_key_import(
      changetype<usize>(name), name.byteLength, bytes.dataStart, bytes.byteLength, slot));
    return new SymmetricKey(load<u32>(slot));
  }

  close(): void {
    must(raw.symmetric_key_close(this.handle));
  }
}

/** A hash, MAC or cipher at work. */
export class SymmetricState extends HostObject {
  static open(algorithm: string, key: SymmetricKey | null = null, options: Options | null = null): SymmetricState {
    const name = String.UTF8.encode(algorithm);
    must(raw.symmetric_state_open(
      changetype<usize>(name), name.byteLength, optional(optionalKey, key), optional(optionalOptions, options), slot));
    return new SymmetricState(load<u32>(slot));
  }

  absorb(data: Uint8Array): this {
    must(raw.symmetric_state_absorb(this.handle, data.dataStart, data.byteLength));
    return this;
  }

  squeeze(len: i32): Uint8Array {
    const out = new Uint8Array(len);
    must(raw.symmetric_state_squeeze(this.handle, out.dataStart, len));
    return out;
  }

  /** The message encrypted, with its tag behind it. */
  encrypt(message: Uint8Array): Uint8Array {
    must(raw.symmetric_state_max_tag_len(this.handle, slot));
    const out = new Uint8Array(message.byteLength + load<u32>(slot));
    must(raw.symmetric_state_encrypt(
      this.handle, out.dataStart, out.byteLength, message.dataStart, message.byteLength, slot));
    return out.subarray(0, load<u32>(slot));
  }

  /** The same backwards; null if the message, the associated data, the nonce or the key is another. */
  decrypt(sealed: Uint8Array): Uint8Array | null {
    must(raw.symmetric_state_max_tag_len(this.handle, slot));
    const tag: i32 = load<u32>(slot);
    if (sealed.byteLength < tag) return null;
    const out = new Uint8Array(sealed.byteLength - tag);
    const status = raw.symmetric_state_decrypt(
      this.handle, out.dataStart, out.byteLength, sealed.dataStart, sealed.byteLength, slot);
    if (status == INVALID_TAG) return null;
    must(status);
    return out.subarray(0, load<u32>(slot));
  }

  close(): void {
    must(raw.symmetric_state_close(this.handle));
  }
}

/** The hash of a message: "SHA-256" and 32 bytes, for example. */
export function hash(algorithm: string, message: Uint8Array, len: i32): Uint8Array {
  const state = SymmetricState.open(algorithm);
  const digest = state.absorb(message).squeeze(len);
  state.close();
  return digest;
}

/** Encrypts a message with its tag behind it. A nonce must never come twice under one key. */
export function seal(
  algorithm: string, key: SymmetricKey, nonce: Uint8Array, associated: Uint8Array, message: Uint8Array,
): Uint8Array {
  const options = Options.open(AlgorithmType.Symmetric).set("nonce", nonce);
  const state = SymmetricState.open(algorithm, key, options).absorb(associated);
  const sealed = state.encrypt(message);
  state.close();
  options.close();
  return sealed;
}

/** The same backwards; null if the message, the associated data, the nonce or the key is another. */
export function open(
  algorithm: string, key: SymmetricKey, nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array,
): Uint8Array | null {
  const options = Options.open(AlgorithmType.Symmetric).set("nonce", nonce);
  const state = SymmetricState.open(algorithm, key, options).absorb(associated);
  const message = state.decrypt(sealed);
  state.close();
  options.close();
  return message;
}

/** The bytes of an identifier of a managed key on this project's host. */
export const ID_LEN: i32 = 32;

/** Where the host keeps keys for this guest. */
export class SecretsManager extends HostObject {
  /** Null if the host has none. */
  static open(): SecretsManager | null {
    const status = raw.secrets_manager_open(optional(optionalOptions, null), slot);
    if (status == UNSUPPORTED_FEATURE) return null;
    must(status);
    return new SecretsManager(load<u32>(slot));
  }

  close(): void {
    must(raw.secrets_manager_close(this.handle));
  }
}

/** A key pair. */
export class KeyPair extends HostObject {
  static generate(type: AlgorithmType, algorithm: string): KeyPair {
    const name = String.UTF8.encode(algorithm);
    must(raw.keypair_generate(
      type, changetype<usize>(name), name.byteLength, optional(optionalOptions, null), slot));
    return new KeyPair(load<u32>(slot));
  }

  /** One that the host keeps. */
  static generateManaged(manager: SecretsManager, type: AlgorithmType, algorithm: string): KeyPair {
    const name = String.UTF8.encode(algorithm);
    must(raw.keypair_generate_managed(
      manager.handle, type, changetype<usize>(name), name.byteLength, optional(optionalOptions, null), slot));
    return new KeyPair(load<u32>(slot));
  }

  /** The newest version of one that the host keeps; null if it has none of this identifier. */
  static fromId(manager: SecretsManager, id: Uint8Array): KeyPair | null {
    const latest: u64 = 0xff00000000000001;
    const status = raw.keypair_from_id(manager.handle, id.dataStart, id.byteLength, latest, slot);
    if (status == NOT_FOUND) return null;
    must(status);
    return new KeyPair(load<u32>(slot));
  }

  /** The identifier of one that the host keeps. */
  id(): Uint8Array {
    const id = new Uint8Array(ID_LEN);
    const version = new Uint8Array(8);
    must(raw.keypair_id(this.handle, id.dataStart, ID_LEN, slot, version.dataStart));
    return id.subarray(0, load<u32>(slot));
  }

  publicKey(): PublicKey {
    must(raw.keypair_publickey(this.handle, slot));
    return new PublicKey(load<u32>(slot));
  }

  /** The signature of a message, as the algorithm defines it: 64 bytes of Ed25519. */
  sign(message: Uint8Array): Uint8Array {
    must(raw.signature_state_open(this.handle, slot));
    const state = load<u32>(slot);
    must(raw.signature_state_update(state, message.dataStart, message.byteLength));
    must(raw.signature_state_sign(state, slot));
    const signature = load<u32>(slot);
    must(raw.signature_export(signature, 0, slot));
    const output = load<u32>(slot);
    must(raw.signature_close(signature));
    must(raw.signature_state_close(state));
    return pull(output);
  }

  close(): void {
    must(raw.keypair_close(this.handle));
  }
}

/** A public key. */
export class PublicKey extends HostObject {
  /** Whether it is this key's signature of this message. */
  verify(algorithm: string, message: Uint8Array, signature: Uint8Array): bool {
    const name = String.UTF8.encode(algorithm);
    let status = raw.signature_import(
      changetype<usize>(name), name.byteLength, signature.dataStart, signature.byteLength, 0, slot);
    if (status == INVALID_SIGNATURE) return false;
    must(status);
    const imported = load<u32>(slot);
    must(raw.signature_verification_state_open(this.handle, slot));
    const state = load<u32>(slot);
    must(raw.signature_verification_state_update(state, message.dataStart, message.byteLength));
    status = raw.signature_verification_state_verify(state, imported);
    must(raw.signature_verification_state_close(state));
    must(raw.signature_close(imported));
    if (status == VERIFICATION_FAILED || status == INVALID_SIGNATURE) return false;
    must(status);
    return true;
  }

  close(): void {
    must(raw.publickey_close(this.handle));
  }
}

/** Reads an array output, which is closed then. */
export function pull(output: u32): Uint8Array {
  must(raw.array_output_len(output, slot));
  const bytes = new Uint8Array(load<u32>(slot));
  let done = 0;
  do {
    must(raw.array_output_pull(output, bytes.dataStart + done, bytes.byteLength - done, slot));
    done += load<u32>(slot);
  } while (done < bytes.byteLength);
  return bytes;
}
