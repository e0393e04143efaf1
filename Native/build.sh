#!/usr/bin/env bash
# Builds the shared library for LAMMPS, Python and C, for processors with AVX2 (x86-64-v3) and with AVX-512 (x86-64-v4):
#   Native/build.sh [DIR]     default: Native/out
# Needs the .NET SDK and a C compiler; where it runs, neither.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
command -v cc >/dev/null || { echo "build.sh: no C compiler (cc), which links the library" >&2; exit 1; }
mkdir -p "$out"
out=$(cd "$out" && pwd)

kernels=$here/obj/CompiledKernels.cs
dotnet run -c Release --project "$here/Kernels" -- "$kernels"

publish() { # publish LEVEL OPTION...
    local level=$1; shift
    dotnet publish "$here/Native.csproj" -c Release -r linux-x64 -p:PublishAot=true -p:IlcInstructionSet="$level" \
        -o "$here/obj/$level" "$@"
    install -m 755 "$here/obj/$level/Toolkit.Native.so" "$out/libtoolkit-${level#x86-64-}.so"
}
publish x86-64-v3
publish x86-64-v4 -p:KernelText="$kernels"
install -m 644 "$here/toolkit.h" "$out/toolkit.h"
