using System;
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
    private const string Kinds = "3j, cg, real-cg, 6j, 9j or gaunt";

    public static Command Create()
    {
        var kind = new Option<string>("--kind") { Description = Kinds, Required = true };
        var j = new Option<string>("--j")
        {
            Description = "j1,j2,j3 (six for 6j: upper row, lower row; nine for 9j, row by row), each an integer or a half-integer such as 3/2 or 1.5, with commas or spaces between",
            Required = true,
        };
        var m = new Option<string?>("--m") { Description = "m1,m2,m3 (for cg and real-cg the third is M; none for 6j and 9j)" };
        var verb = new Command("coefficient", "One exact coupling coefficient: ±sqrt(p/q) and the nearest float64.") { kind, j, m };
        verb.SetAction(result =>
        {
            result.InvocationConfiguration.Output.WriteLine(
                Text(result.GetValue(kind)!, result.GetValue(j)!, result.GetValue(m)));
            return 0;
        });
        return verb;
    }

    private static string Text(string kind, string jText, string? mText)
    {
        int count = kind switch
        {
            "3j" or "cg" or "real-cg" or "gaunt" => 3,
            "6j" => 6,
            "9j" => 9,
            _ => throw new UsageException($"--kind: found '{kind}', expected {Kinds}"),
        };
        HalfInteger[] j = QuantumNumbers("--j", jText, count);
        if (count != 3)
        {
            return mText is not null
                ? throw new UsageException($"--m: a {kind} symbol has none")
                : Text(count == 6 ? Wigner6j.TryExact(j[0], j[1], j[2], j[3], j[4], j[5]) : Wigner9j.TryExact(j));
        }
        HalfInteger[] m = QuantumNumbers("--m", mText ?? throw new UsageException("--m: expected m1,m2,m3"), 3);
        return kind switch
        {
            "3j" => Text(Wigner3j.TryExact(j[0], j[1], j[2], m[0], m[1], m[2])),
            "cg" => Text(ClebschGordan.TryExact(j[0], m[0], j[1], m[1], j[2], m[2])),
            "real-cg" => Text(RealCoupling.TryExact(j[0], m[0], j[1], m[1], j[2], m[2])),
            _ => Text(Gaunt.TryExact(j[0], j[1], j[2], m[0], m[1], m[2])),
        };
    }

    private static string Text(FSharpResult<Surd, string> result)
    {
        Surd value = Valid(result);
        return value.IsZero ? "0" : $"{value} {value.ToDouble().ToString("R", CultureInfo.InvariantCulture)}";
    }

    private static string Text(FSharpResult<SurdOverRootPi, string> result)
    {
        SurdOverRootPi value = Valid(result);
        return value.IsZero ? "0" : $"{value} {value.ToDouble().ToString("R", CultureInfo.InvariantCulture)}";
    }

    private static T Valid<T>(FSharpResult<T, string> result) =>
        result.IsOk ? result.ResultValue : throw new UsageException(result.ErrorValue);

    private static HalfInteger[] QuantumNumbers(string option, string text, int count)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries) is { Length: > 1 } commas
            ? commas
            : text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != count)
            throw new UsageException($"{option}: found {parts.Length} numbers in '{text}', expected {count} with commas or spaces between");
        return parts.Select(part => HalfInteger.TryParse(part) is { } value
            ? value.Value
            : throw new UsageException($"{option}: found '{part}', expected an integer or a half-integer such as 3/2 or 1.5")).ToArray();
    }
}
