#!/usr/bin/env python3
"""Unpacks the Milvus server from its PyPI package, without running anything of that package.

usage: unpack_milvus.py DIRECTORY     DIRECTORY holds the wheel; bin/ and the configuration templates go beside it
"""
import lzma
import os
import sys
import zipfile
from pathlib import Path

home = Path(sys.argv[1])
(wheel,) = home.glob("milvus-*.whl")
(home / "bin").mkdir(exist_ok=True)
with zipfile.ZipFile(wheel) as packed:
    for name in packed.namelist():
        if name.startswith("milvus/data/bin/") and name.endswith(".lzma"):
            target = home / "bin" / Path(name).stem
            target.write_bytes(lzma.decompress(packed.read(name)))
            os.chmod(target, 0o755)
        elif name in ("milvus/data/config.yaml.template", "milvus/data/glog.conf"):
            (home / Path(name).name).write_bytes(packed.read(name))
wheel.unlink()
