using System.Runtime.InteropServices;
using Microsoft.FSharp.Core;
using Toolkit.Symbolic.AngularMomentum;
using Toolkit.Symbolic.Tables;

namespace Toolkit.Native.Abi;

/// <summary>Exact coefficients and tables of them: the functions <c>toolkit_coefficient</c> and <c>toolkit_table</c> of
/// toolkit.h.</summary>
internal static unsafe class CoefficientExports
{
    /// <summary>One coefficient.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_coefficient")]
    public static int Coefficient(byte* kind, byte* j, byte* m, byte** exact, double* value) => Handles.Try(() =>
    {
        FSharpResult<NamedCoefficient, string> found = NamedCoefficient.TryRead(
            Handles.Text(kind, nameof(kind)), Handles.Text(j, nameof(j)), m == null ? null : Handles.Text(m, nameof(m)));
        if (!found.IsOk) throw new System.ArgumentException(found.ErrorValue);
        *exact = (byte*)Marshal.StringToCoTaskMemUTF8(found.ResultValue.Exact);
        *value = found.ResultValue.Value;
    });

    /// <summary>A table, as an .npz.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_table")]
    public static int Table(byte* kind, int lmax, byte* convention, byte* path) => Handles.Try(() =>
    {
        string name = Handles.Text(kind, nameof(kind)), of = Handles.Text(convention, nameof(convention));
        TableKind known = TableKind.TryParse(name)?.Value
            ?? throw new System.ArgumentException($"kind: found '{name}', expected 3j, cg, real-cg, gaunt or 6j");
        Convention chosen = Conventions.TryFind(of, known.Basis)?.Value
            ?? throw new System.ArgumentException($"convention: found '{of}', expected one of {string.Join(", ", Conventions.Names())}");
        FSharpResult<TableSpec, string> spec = TableSpec.TryCreate(known, HalfInteger.FromInteger(lmax), false, chosen, Precision.Double);
        if (!spec.IsOk) throw new System.ArgumentException(spec.ErrorValue);
        TableNpz.Write(spec.ResultValue, Handles.Text(path, nameof(path)));
    });
}
