using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.FSharp.Collections;
using Toolkit.Symbolic.Export;
using Toolkit.Symbolic.Invariants;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit independent</c>: which couplings of a density's coefficients are independent, exactly.</summary>
internal static class IndependentVerb
{
    // Beyond these a run takes hours.
    private const int MostOrder = 8, MostL = 12;

    public static Command Create()
    {
        var order = new Option<int>("--order") { Description = "ν, the number of factors", Required = true };
        var lmax = new Option<int>("--lmax") { Description = "the largest l of a factor", Required = true };
        var lambda = new Option<int>("--lambda") { Description = "λ of the result", DefaultValueFactory = static _ => 0 };
        var sigma = new Option<int>(
            "--sigma")
        { Description = "σ of the result: 1, or -1 for pseudotensors", DefaultValueFactory = static _ => 1 };
        var nmax = new Option<int>(
            "--nmax")
        {
            Description = "channels of each l (radial functions times species), for the number of features",
            DefaultValueFactory = static _ => 1
        };
        var output = new Option<string?>(
            "--out")
        { Description = "a JSON file for the couplings of each pattern, which toolkit check certifies again" };
        Option<bool> force = OutputFile.Force();
        var verb = new Command("independent",
            "A basis of the equivariants of ν factors, by patterns of equal factors, with certified ranks.")
            { order, lmax, lambda, sigma, nmax, output, force };
        verb.SetAction(result =>
        {
            int nu = Within("--order", result.GetValue(order), 1, MostOrder), largest = Within("--lmax", result.GetValue(lmax), 0, MostL);
            int of = Within("--lambda", result.GetValue(lambda), 0, MostOrder * MostL),
                channels = Within("--nmax", result.GetValue(nmax), 1, 10000);
            int sign = result.GetValue(sigma);
            if (sign is not (1 or -1)) throw new UsageException($"--sigma: found {sign}, expected 1 or -1");
            if (result.GetValue(output) is { } path) OutputFile.Require(path, result.GetValue(force));
            FSharpList<PatternCouplings> bases = IndependentCouplings.all(1, null, nu, largest, of, sign);
            // Every coupling is a candidate, so that chance alone, one in 10^15, could leave some out.
            if (bases.FirstOrDefault(static b => !b.IsComplete) is { } less)
                throw new InvalidOperationException($"{less.Couplings.Length} of {less.Multiplicity} couplings of a pattern found");
            TextWriter text = result.InvocationConfiguration.Output;
            text.WriteLine(FormattableString.Invariant(
                $"{bases.Length} patterns, {bases.Sum(static b => b.Couplings.Length)} independent couplings of {bases.Sum(static b => b.Candidates)}; {IndependentCouplings.count(channels, bases)} features of {channels} channel{(channels == 1 ? "" : "s")}"));
            if (result.GetValue(output) is { } file)
            {
                string content = CouplingBasisFile.write(new CouplingBasisFile.CouplingBasis(nu, largest, of, sign, 1, bases));
                Numerics.Files.AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(content)), result.GetValue(force));
            }
            return 0;
        });
        return verb;
    }

    private static int Within(string option, int value, int least, int most) => value >= least && value <= most
        ? value
        : throw new UsageException($"{option}: found {value}, expected {least} … {most}");
}
