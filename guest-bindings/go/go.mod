module wasi-crypto/guest

go 1.24
