//go:build wasip1

package wasicrypto

import "unsafe"

// The functions of the interface, exactly as the host exports them: wasi-crypto 0.10, all 86.
//
// Each returns its status, 0 for success, and writes its results to where its last parameters point, on success only.

// generated: imports from the interface

//go:wasmimport wasi_ephemeral_crypto_common options_open
func optionsOpen(algorithmType uint32, options unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_common options_close
func optionsClose(handle uint32) int32

//go:wasmimport wasi_ephemeral_crypto_common options_set
func optionsSet(handle uint32, name unsafe.Pointer, nameLen uint32, value unsafe.Pointer, valueLen uint32) int32

//go:wasmimport wasi_ephemeral_crypto_common options_set_u64
func optionsSetU64(handle uint32, name unsafe.Pointer, nameLen uint32, value uint64) int32

//go:wasmimport wasi_ephemeral_crypto_common options_set_guest_buffer
func optionsSetGuestBuffer(handle uint32, name unsafe.Pointer, nameLen uint32, buffer unsafe.Pointer, bufferLen uint32) int32

//go:wasmimport wasi_ephemeral_crypto_common array_output_len
func arrayOutputLen(arrayOutput uint32, len unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_common array_output_pull
func arrayOutputPull(arrayOutput uint32, buf unsafe.Pointer, bufLen uint32, len unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_common secrets_manager_open
func secretsManagerOpen(options unsafe.Pointer, secretsManager unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_common secrets_manager_close
func secretsManagerClose(secretsManager uint32) int32

//go:wasmimport wasi_ephemeral_crypto_common secrets_manager_invalidate
func secretsManagerInvalidate(secretsManager uint32, keyId unsafe.Pointer, keyIdLen uint32, keyVersion uint64) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common keypair_generate
func keypairGenerate(algorithmType uint32, algorithm unsafe.Pointer, algorithmLen uint32, options unsafe.Pointer, keypair unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common keypair_import
func keypairImport(algorithmType uint32, algorithm unsafe.Pointer, algorithmLen uint32, encoded unsafe.Pointer, encodedLen uint32, encoding uint32, keypair unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common keypair_generate_managed
func keypairGenerateManaged(secretsManager uint32, algorithmType uint32, algorithm unsafe.Pointer, algorithmLen uint32, options unsafe.Pointer, keypair unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common keypair_store_managed
func keypairStoreManaged(secretsManager uint32, kp uint32, kpId unsafe.Pointer, kpIdMaxLen uint32) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common keypair_replace_managed
func keypairReplaceManaged(secretsManager uint32, kpOld uint32, kpNew uint32, version unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common keypair_id
func keypairId(kp uint32, kpId unsafe.Pointer, kpIdMaxLen uint32, len unsafe.Pointer, version unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common keypair_from_id
func keypairFromId(secretsManager uint32, kpId unsafe.Pointer, kpIdLen uint32, kpVersion uint64, keypair unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common keypair_from_pk_and_sk
func keypairFromPkAndSk(publickey uint32, secretkey uint32, keypair unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common keypair_export
func keypairExport(kp uint32, encoding uint32, arrayOutput unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common keypair_publickey
func keypairPublickey(kp uint32, publickey unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common keypair_secretkey
func keypairSecretkey(kp uint32, secretkey unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common keypair_close
func keypairClose(kp uint32) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common publickey_import
func publickeyImport(algorithmType uint32, algorithm unsafe.Pointer, algorithmLen uint32, encoded unsafe.Pointer, encodedLen uint32, encoding uint32, publickey unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common publickey_export
func publickeyExport(pk uint32, encoding uint32, arrayOutput unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common publickey_verify
func publickeyVerify(pk uint32) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common publickey_from_secretkey
func publickeyFromSecretkey(sk uint32, publickey unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common publickey_close
func publickeyClose(pk uint32) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common secretkey_import
func secretkeyImport(algorithmType uint32, algorithm unsafe.Pointer, algorithmLen uint32, encoded unsafe.Pointer, encodedLen uint32, encoding uint32, secretkey unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common secretkey_export
func secretkeyExport(sk uint32, encoding uint32, arrayOutput unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_asymmetric_common secretkey_close
func secretkeyClose(sk uint32) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_key_generate
func symmetricKeyGenerate(algorithm unsafe.Pointer, algorithmLen uint32, options unsafe.Pointer, symmetricKey unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_key_import
func symmetricKeyImport(algorithm unsafe.Pointer, algorithmLen uint32, raw unsafe.Pointer, rawLen uint32, symmetricKey unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_key_export
func symmetricKeyExport(symmetricKey uint32, arrayOutput unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_key_close
func symmetricKeyClose(symmetricKey uint32) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_key_generate_managed
func symmetricKeyGenerateManaged(secretsManager uint32, algorithm unsafe.Pointer, algorithmLen uint32, options unsafe.Pointer, symmetricKey unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_key_store_managed
func symmetricKeyStoreManaged(secretsManager uint32, symmetricKey uint32, symmetricKeyId unsafe.Pointer, symmetricKeyIdMaxLen uint32) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_key_replace_managed
func symmetricKeyReplaceManaged(secretsManager uint32, symmetricKeyOld uint32, symmetricKeyNew uint32, version unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_key_id
func symmetricKeyId(symmetricKey uint32, symmetricKeyId unsafe.Pointer, symmetricKeyIdMaxLen uint32, len unsafe.Pointer, version unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_key_from_id
func symmetricKeyFromId(secretsManager uint32, symmetricKeyId unsafe.Pointer, symmetricKeyIdLen uint32, symmetricKeyVersion uint64, symmetricKey unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_open
func symmetricStateOpen(algorithm unsafe.Pointer, algorithmLen uint32, key unsafe.Pointer, options unsafe.Pointer, symmetricState unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_options_get
func symmetricStateOptionsGet(handle uint32, name unsafe.Pointer, nameLen uint32, value unsafe.Pointer, valueMaxLen uint32, len unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_options_get_u64
func symmetricStateOptionsGetU64(handle uint32, name unsafe.Pointer, nameLen uint32, value unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_clone
func symmetricStateClone(handle uint32, symmetricState unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_close
func symmetricStateClose(handle uint32) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_absorb
func symmetricStateAbsorb(handle uint32, data unsafe.Pointer, dataLen uint32) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_squeeze
func symmetricStateSqueeze(handle uint32, out unsafe.Pointer, outLen uint32) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_squeeze_tag
func symmetricStateSqueezeTag(handle uint32, symmetricTag unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_squeeze_key
func symmetricStateSqueezeKey(handle uint32, algStr unsafe.Pointer, algStrLen uint32, symmetricKey unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_max_tag_len
func symmetricStateMaxTagLen(handle uint32, len unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_encrypt
func symmetricStateEncrypt(handle uint32, out unsafe.Pointer, outLen uint32, data unsafe.Pointer, dataLen uint32, len unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_encrypt_detached
func symmetricStateEncryptDetached(handle uint32, out unsafe.Pointer, outLen uint32, data unsafe.Pointer, dataLen uint32, symmetricTag unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_decrypt
func symmetricStateDecrypt(handle uint32, out unsafe.Pointer, outLen uint32, data unsafe.Pointer, dataLen uint32, len unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_decrypt_detached
func symmetricStateDecryptDetached(handle uint32, out unsafe.Pointer, outLen uint32, data unsafe.Pointer, dataLen uint32, rawTag unsafe.Pointer, rawTagLen uint32, len unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_state_ratchet
func symmetricStateRatchet(handle uint32) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_tag_len
func symmetricTagLen(symmetricTag uint32, len unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_tag_pull
func symmetricTagPull(symmetricTag uint32, buf unsafe.Pointer, bufLen uint32, len unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_tag_verify
func symmetricTagVerify(symmetricTag uint32, expectedRawTagPtr unsafe.Pointer, expectedRawTagLen uint32) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric symmetric_tag_close
func symmetricTagClose(symmetricTag uint32) int32

//go:wasmimport wasi_ephemeral_crypto_signatures signature_export
func signatureExport(signature uint32, encoding uint32, arrayOutput unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_signatures signature_import
func signatureImport(algorithm unsafe.Pointer, algorithmLen uint32, encoded unsafe.Pointer, encodedLen uint32, encoding uint32, signature unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_signatures signature_state_open
func signatureStateOpen(kp uint32, signatureState unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_signatures signature_state_update
func signatureStateUpdate(state uint32, input unsafe.Pointer, inputLen uint32) int32

//go:wasmimport wasi_ephemeral_crypto_signatures signature_state_sign
func signatureStateSign(state uint32, arrayOutput unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_signatures signature_state_close
func signatureStateClose(state uint32) int32

//go:wasmimport wasi_ephemeral_crypto_signatures signature_verification_state_open
func signatureVerificationStateOpen(kp uint32, signatureVerificationState unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_signatures signature_verification_state_update
func signatureVerificationStateUpdate(state uint32, input unsafe.Pointer, inputLen uint32) int32

//go:wasmimport wasi_ephemeral_crypto_signatures signature_verification_state_verify
func signatureVerificationStateVerify(state uint32, signature uint32) int32

//go:wasmimport wasi_ephemeral_crypto_signatures signature_verification_state_close
func signatureVerificationStateClose(state uint32) int32

//go:wasmimport wasi_ephemeral_crypto_signatures signature_close
func signatureClose(signature uint32) int32

//go:wasmimport wasi_ephemeral_crypto_kx kx_dh
func kxDh(pk uint32, sk uint32, arrayOutput unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_kx kx_encapsulate
func kxEncapsulate(pk uint32, arrayOutput1 unsafe.Pointer, arrayOutput2 unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_kx kx_decapsulate
func kxDecapsulate(sk uint32, encapsulatedSecret unsafe.Pointer, encapsulatedSecretLen uint32, arrayOutput unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_external_secrets external_secret_store
func externalSecretStore(secretsManager uint32, secret unsafe.Pointer, secretLen uint32, expiration uint64, secretId unsafe.Pointer, secretIdMaxLen uint32) int32

//go:wasmimport wasi_ephemeral_crypto_external_secrets external_secret_replace
func externalSecretReplace(secretsManager uint32, secret unsafe.Pointer, secretLen uint32, expiration uint64, secretId unsafe.Pointer, secretIdLen uint32, version unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_external_secrets external_secret_from_id
func externalSecretFromId(secretsManager uint32, secretId unsafe.Pointer, secretIdLen uint32, secretVersion uint64, arrayOutput unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_external_secrets external_secret_invalidate
func externalSecretInvalidate(secretsManager uint32, secretId unsafe.Pointer, secretIdLen uint32, secretVersion uint64) int32

//go:wasmimport wasi_ephemeral_crypto_external_secrets external_secret_encapsulate
func externalSecretEncapsulate(secretsManager uint32, secret unsafe.Pointer, secretLen uint32, expiration uint64, arrayOutput unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_external_secrets external_secret_decapsulate
func externalSecretDecapsulate(secretsManager uint32, encryptedSecret unsafe.Pointer, encryptedSecretLen uint32, arrayOutput unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric_batch batch_symmetric_state_squeeze
func batchSymmetricStateSqueeze(batch unsafe.Pointer, batchLen uint32, results unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric_batch batch_symmetric_state_squeeze_tag
func batchSymmetricStateSqueezeTag(states unsafe.Pointer, statesLen uint32, results unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric_batch batch_symmetric_state_encrypt
func batchSymmetricStateEncrypt(batch unsafe.Pointer, batchLen uint32, results unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric_batch batch_symmetric_state_encrypt_detached
func batchSymmetricStateEncryptDetached(batch unsafe.Pointer, batchLen uint32, results unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric_batch batch_symmetric_state_decrypt
func batchSymmetricStateDecrypt(batch unsafe.Pointer, batchLen uint32, results unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_symmetric_batch batch_symmetric_state_decrypt_detached
func batchSymmetricStateDecryptDetached(batch unsafe.Pointer, batchLen uint32, results unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_signatures_batch batch_signature_state_sign
func batchSignatureStateSign(states unsafe.Pointer, statesLen uint32, results unsafe.Pointer) int32

//go:wasmimport wasi_ephemeral_crypto_signatures_batch batch_signature_state_verify
func batchSignatureStateVerify(states unsafe.Pointer, statesLen uint32, results unsafe.Pointer) int32

// end of what is generated
