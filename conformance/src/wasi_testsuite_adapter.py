"""Runs the tests of this folder with `wasi-crypto run`, or with the command in WASI_CRYPTO, under wasi-testsuite's runner,
which takes Python 3.12 or newer:

    python3 wasi_test_runner.py -t THIS-FOLDER -r THIS-FOLDER/adapter.py
"""

import os
import shlex
import subprocess

COMMAND = shlex.split(os.getenv("WASI_CRYPTO", "wasi-crypto"))


def get_name():
    return "wasi-crypto"


def get_version():
    output = subprocess.run(COMMAND[:1] + ["--version"], encoding="UTF-8", capture_output=True, check=True)
    return output.stdout.split()[-1]


def get_wasi_versions():
    return ["wasm32-wasip1"]


def get_wasi_worlds():
    return ["wasi:cli/command"]


def compute_argv(test_path, args_env_root, proposals, wasi_world, wasi_version):
    return COMMAND + ["run", test_path]
