#!/usr/bin/env bash
# Makes the site of the documentation, pages and API, in docs/site/out: needs the .NET SDK alone.
set -euo pipefail
cd "$(dirname "$0")"
dotnet build ../../Toolkit.Cli -c Release --nologo -v q
dotnet build ../../Toolkit.Testing -c Release --nologo -v q
dotnet tool restore
dotnet docfx docfx.json
