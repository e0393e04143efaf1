using System.CommandLine;
using System.Globalization;
using System.Linq;
using Microsoft.FSharp.Core;
using Toolkit.Symbolic.Algebra;
using Toolkit.Symbolic.AngularMomentum;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit coefficient</c>: one exact coefficient, as a surd and as the nearest float64.</summary>
internal static class CoefficientVerb
{
    public static Command Create()
    {
        var kind = new Option<string>("--kind") { Description = "3j, cg or real-cg", Required = true };
        var j = new Option<string>("--j") { Description = "j1,j2,j3, each an integer or a half-integer such as 3/2", Required = true };
        var m = new Option<string>("--m") { Description = "m1,m2,m3 (for cg and real-cg the third is M)", Required = true };
        var verb = new Command("coefficient", "One exact coupling coefficient: ±sqrt(p/q) and the nearest float64.") { kind, j, m };
        verb.SetAction(result =>
        {
            HalfInteger[] js = QuantumNumbers("--j", result.GetValue(j)!, 3);
            HalfInteger[] ms = QuantumNumbers("--m", result.GetValue(m)!, 3);
            Surd value = Value(result.GetValue(kind)!, js, ms);
            result.InvocationConfiguration.Output.WriteLine(value.IsZero
                ? "0"
                : $"{value} {value.ToDouble().ToString("R", CultureInfo.InvariantCulture)}");
            return 0;
        });
        return verb;
    }

    private static Surd Value(string kind, HalfInteger[] j, HalfInteger[] m)
    {
        FSharpResult<Surd, string> value = kind switch
        {
            "3j" => Wigner3j.tryExact(j[0], j[1], j[2], m[0], m[1], m[2]),
            "cg" => ClebschGordan.tryExact(j[0], m[0], j[1], m[1], j[2], m[2]),
            "real-cg" => RealCoupling.tryExact(j[0], m[0], j[1], m[1], j[2], m[2]),
            _ => throw new UsageException($"--kind: found '{kind}', expected 3j, cg or real-cg"),
        };
        return value.IsOk ? value.ResultValue : throw new UsageException(value.ErrorValue);
    }

    private static HalfInteger[] QuantumNumbers(string option, string text, int count)
    {
        string[] parts = text.Split(',');
        if (parts.Length != count)
        {
            throw new UsageException($"{option}: found {parts.Length} numbers in '{text}', expected {count} separated by commas");
        }
        return parts.Select(part => HalfInteger.TryParse(part) is { } value
            ? value.Value
            : throw new UsageException($"{option}: found '{part}', expected an integer or a half-integer such as 3/2")).ToArray();
    }
}
