using System;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using Microsoft.FSharp.Core;
using Toolkit.Symbolic.AngularMomentum;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit coefficient</c>: one exact coefficient, as a surd and as the nearest float64.</summary>
internal static class CoefficientVerb
{
    private static readonly string[] Options = ["kind", "j", "m"];

    public static Command Create()
    {
        var kind = new Option<string>("--kind") { Description = NamedCoefficient.Kinds, Required = true };
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

    private static string Text(string kind, string j, string? m)
    {
        FSharpResult<NamedCoefficient, string> found = NamedCoefficient.TryRead(kind, j, m);
        // What is wrong begins with the name of the option.
        if (!found.IsOk)
        {
            throw new UsageException(
                Options.FirstOrDefault(name => found.ErrorValue.StartsWith(name + ":", StringComparison.Ordinal)) is null
            ? found.ErrorValue
            : "--" + found.ErrorValue);
        }

        NamedCoefficient value = found.ResultValue;
        return value.Exact == "0" ? "0" : $"{value.Exact} {value.Value.ToString("R", CultureInfo.InvariantCulture)}";
    }
}
