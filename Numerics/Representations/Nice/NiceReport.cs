using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>What one step of a fit keeps and drops, as mean squares over the sample.</summary>
/// <param name="Order">ν.</param>
/// <param name="IsInvariant">Whether it is the features' branch.</param>
/// <param name="Possible">Of covariants: of all products with the first order, to every λ.</param>
/// <param name="Chosen">Of covariants: of the pairs that are made, to every λ.</param>
/// <param name="Made">Of the products that are made, λ up to the largest.</param>
/// <param name="Unknown">What lower orders do not predict; of invariants about their means.</param>
/// <param name="Kept">Of the components.</param>
/// <param name="Components">How many components there are.</param>
/// <param name="Worst">The block of which the components keep the least part; null: everything is kept.</param>
/// <param name="WorstPart">That part.</param>
public sealed record NiceLoss(
    int Order, bool IsInvariant, double Possible, double Chosen, double Made, double Unknown, double Kept, int Components, NiceKey? Worst,
    double WorstPart);

/// <summary>
/// Tells how much variance each order of a fit keeps, drops, and where: by choosing pairs, by the largest λ, because lower orders know
/// it, by contraction.
/// </summary>
public static class NiceReport
{
    /// <summary>What each step keeps.</summary>
    /// <param name="fit">The fit.</param>
    public static IReadOnlyList<NiceLoss> Losses(NiceFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return fit.Steps.Select(static step =>
        {
            NiceContraction? worst = step.Contractions.Where(static c => c.Total > 0 && Part(c) < 1 - 1e-12).MinBy(Part);
            return new NiceLoss(
                step.Order, step.IsInvariant, step.Possible, step.Chosen, step.Contractions.Sum(static c => c.Made),
                step.Contractions.Sum(static c => c.Total), step.Contractions.Sum(static c => c.Variances.Sum()),
                step.Contractions.Sum(static c => c.Components), worst?.Key, worst is null ? 1 : Part(worst));
        }).ToArray();
    }

    /// <summary>The same in words, a line for each step.</summary>
    /// <param name="fit">The fit.</param>
    public static IEnumerable<string> Lines(NiceFit fit)
    {
        string[] centres = fit.Parts.SelectMany(
            static p => p.Steps.Select(_ => p.Centre is int z ? $"{Elements.Symbol(z)} at the centre, " : "")).ToArray();
        foreach ((NiceLoss loss, NiceStep step, string centre) in Losses(fit).Zip(fit.Steps, centres))
        {
            string what = $"{centre}order {loss.Order}, {(loss.IsInvariant ? "invariants" : "covariants")}: {step.Pairs.Count} products";
            if (!loss.IsInvariant)
                what += $" with {Percent(loss.Chosen, loss.Possible)} of the mean square of all, λ to {fit.LambdaMax} {Percent(loss.Made, loss.Chosen)} of that";

            what += $"; {Percent(loss.Unknown, loss.Made)} is not known to lower orders, {loss.Components} components keep {Percent(loss.Kept, loss.Unknown)} of it";
            yield return loss.Worst is { } worst
                ? what + $", least of λ {worst.Lambda}, σ {worst.Sigma}{(worst.Tau == 1 ? "" : ", τ -1")}: {Percent(loss.WorstPart, 1)}"
                : what;
        }
    }

    private static double Part(NiceContraction c) => c.Variances.Sum() / c.Total;

    private static string Percent(double part, double whole) =>
        whole > 0 ? string.Create(CultureInfo.InvariantCulture, $"{100 * part / whole:0.####} %") : "0 %";
}
