using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>How many features one branch of the iteration makes of each order.</summary>
public sealed record NiceBranch
{
    /// <summary>Products of channels that are made of each order and each sign under the inversion, the most important first; null:
    /// all.</summary>
    public int? Expand { get; init; }

    /// <summary>Principal components that are kept of each block; null: by <see cref="Captured"/>, or all products as they are.</summary>
    public int? Components { get; init; }

    /// <summary>The part of a block's variance that its components keep, 0…1; null: by <see cref="Components"/>.</summary>
    public double? Captured { get; init; }

    /// <summary>How many features of each lower order are used to predict, and subtract, what is already known; 0: none.</summary>
    public int Purify { get; init; }

    /// <summary>Whether products are contracted to principal components.</summary>
    internal bool IsContracted => Components is not null || Captured is not null;

    internal void Validate(string name)
    {
        Positive(Expand, nameof(Expand));
        Positive(Components, nameof(Components));
        ArgumentOutOfRangeException.ThrowIfNegative(Purify, $"{name}.{nameof(Purify)}");
        if (Captured is not null and not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException($"{name}.{nameof(Captured)}", Captured, "expected a part, above 0 and at most 1");

        if (Components is not null && Captured is not null)
            throw new ArgumentException("expected a number of components or a part of the variance, not both", name);

        if (Purify > 0 && !IsContracted)
        {
            throw new ArgumentException(
                "purified products are contracted: expected a number of components or a part of the variance", name);
        }

        void Positive(int? value, string member)
        {
            if (value <= 0)
                throw new ArgumentOutOfRangeException($"{name}.{member}", value, "expected at least 1");
        }
    }
}

/// <summary>What the coefficients of fields are multiplied with before products of them compete.</summary>
public enum NiceScaling
{
    /// <summary>Nothing: fields count as large as their units make them.</summary>
    None,

    /// <summary>A number for each field, with which the mean square of its coefficients, summed over channels, is 1 on the
    /// sample.</summary>
    Fields,
}

/// <summary>How features are shifted and scaled.</summary>
public enum NiceStandard
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Those of one (ν, σ, τ) by one number, with which their variances on the sample add up to 1: they keep their
    /// weights.</summary>
    Blocks,

    /// <summary>Each to the mean 0 and the variance 1 on the sample.</summary>
    Features,
}

/// <summary>How features are chosen.</summary>
public enum NiceChoice
{
    /// <summary>Far from one another on the sample.</summary>
    Farthest,

    /// <summary>Spanning the others (CUR).</summary>
    Cur,

    /// <summary>None of them a combination of the others on the sample: a complete set without repetition.</summary>
    Independent,

    /// <summary>The products that files list whose independence is certified (<see cref="IndependentCouplings"/>), of uncontracted sets of
    /// scalar fields: exactly a complete set without repetition, whatever the sample.</summary>
    Couplings,
}

/// <summary>For which orders invariants are a branch of their own.</summary>
public enum NiceInvariants
{
    /// <summary>Invariants of each order are made and contracted for the features alone, beside the covariants that the next is made
    /// from.</summary>
    Each,

    /// <summary>Those of the last order, which has no covariants; features of the orders before are their covariants with λ = 0.</summary>
    Last,
}

/// <summary>Which features are kept.</summary>
/// <param name="Count">How many at most.</param>
/// <param name="Choice">How they are chosen.</param>
public sealed record NiceSelection(int Count, NiceChoice Choice)
{
    /// <summary>With <see cref="NiceChoice.Couplings"/>: files for each ν from 3 on and each σ of the features; read when a fit
    /// is made.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The folder that they are looked for in.</summary>
    internal string Folder { get; init; } = "";

    /// <summary>Those of given files.</summary>
    /// <param name="files">The files.</param>
    public static NiceSelection OfCouplings(params IReadOnlyList<string> files) =>
        new(int.MaxValue, NiceChoice.Couplings) { Files = files };

    /// <summary>Whether both choose alike, of files of the same names.</summary>
    /// <param name="other">Another.</param>
    public bool Equals(NiceSelection? other) =>
        other is not null && (Count, Choice) == (other.Count, other.Choice) && Files.SequenceEqual(other.Files);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, Choice, Files.Count);

    /// <summary>Reads the files, and checks that they are about such features.</summary>
    /// <param name="settings">The settings that this belongs to.</param>
    /// <param name="lmax">The largest l of the fields.</param>
    /// <exception cref="InputException">A file that is not there or of another kind; an order for which there is none.</exception>
    internal IReadOnlyDictionary<(int Order, int Sigma), IndependentCouplings> ReadCouplings(NiceSettings settings, int lmax)
    {
        Dictionary<(int Order, int Sigma), IndependentCouplings> read = [];
        foreach (string file in Files)
        {
            IndependentCouplings basis = IndependentCouplings.Read(Path.Combine(Folder, file));
            if (basis.Lambda != 0 || basis.LMax < lmax)
            {
                throw new InputException(
                    file, null, null, $"couplings to λ {basis.Lambda} of l up to {basis.LMax}", $"λ 0 and l up to {lmax} at least");
            }

            if (basis.LargestOrder > (settings.Lambda ?? lmax) && basis.Order <= settings.Order)
            {
                throw new InputException(
                    file, null, null, $"couplings by way of order {basis.LargestOrder}",
                    $"at most {settings.Lambda ?? lmax}, the lambda of nice: a larger one there");
            }

            if (!read.TryAdd((basis.Order, basis.Sigma), basis))
            {
                throw new InputException(
                    file, null, null, $"couplings of order {basis.Order} and σ {basis.Sigma} a second time", "one file for each");
            }
        }

        for (int order = 3; order <= settings.Order; order++)
        {
            foreach (int sigma in (int[])[1, -1])
            {
                if (settings.IsFeature(new NiceKey(0, sigma)) && !read.ContainsKey((order, sigma)))
                    throw new InputException(string.Join(", ", Files), null, null, $"no couplings of order {order} and σ {sigma}", $"those of toolkit independent --order {order} --sigma {sigma} --lmax {lmax}");
            }
        }

        return read;
    }
}

/// <summary>
/// The settings of NICE: the order and which equivariants are kept on the way to it.
/// </summary>
/// <remarks>(J. Nigam, S. Pozdnyakov, M. Ceriotti, J. Chem. Phys. 153, 121101, 2020.)</remarks>
public sealed record NiceSettings
{
    /// <summary>The largest number of factors ν, at least 1; features of all orders up to it are made.</summary>
    public required int Order { get; init; }

    /// <summary>The largest λ of equivariants between the orders; null: lmax.</summary>
    public int? Lambda { get; init; }

    /// <summary>Which σ of invariants are features.</summary>
    public Parities Parities { get; init; } = Parities.Proper;

    /// <summary>Whether invariants that are odd under time reversal are features, too; an energy has none.</summary>
    public bool HasTimeOdd { get; init; }

    /// <summary>How fields of different units are made comparable.</summary>
    public NiceScaling Scaling { get; init; }

    /// <summary>How features are shifted and scaled.</summary>
    public NiceStandard Standard { get; init; }

    /// <summary>Which features are kept, by their values on the sample, standardised if they are; null: all.</summary>
    public NiceSelection? Selection { get; init; }

    /// <summary>Whether the environments of each species at the centre are fitted by themselves: products, components and features are then
    /// its own, and stand in columns of their own.</summary>
    public bool IsPerSpecies { get; init; }

    /// <summary>For which orders invariants are a branch of their own.</summary>
    public NiceInvariants InvariantsOf { get; init; }

    /// <summary>Equivariants that the next order is made from.</summary>
    public NiceBranch Covariants { get; init; } = new() { Expand = 150, Components = 50, Purify = 10 };

    /// <summary>Invariants, which are the features.</summary>
    public NiceBranch Invariants { get; init; } = new() { Expand = 300, Components = 200, Purify = 50 };

    /// <summary>What a prediction from lower orders is regularised with, relative to their mean square.</summary>
    public double Ridge { get; init; } = 1e-12;

    /// <summary>All products of every order, uncontracted: for small bases only, since sets grow as channels to the power ν.</summary>
    /// <param name="order">The largest ν.</param>
    /// <param name="lambda">The largest λ between the orders; null: lmax.</param>
    /// <param name="parities">Which σ of invariants are features.</param>
    public static NiceSettings Uncontracted(int order, int? lambda = null, Parities parities = Parities.Proper) =>
        new() { Order = order, Lambda = lambda, Parities = parities, Covariants = new NiceBranch(), Invariants = new NiceBranch() };

    /// <summary>Whether a step's blocks are features.</summary>
    internal bool IsFeature(NiceStep step, NiceKey key) =>
        (step.IsInvariant || (InvariantsOf == NiceInvariants.Last && key.Lambda == 0)) && IsFeature(key);

    /// <summary>Whether invariants with these signs are features.</summary>
    internal bool IsFeature(NiceKey key) => Parities.Include(key.Sigma == 1 ? 0 : 1) && (HasTimeOdd || key.Tau == 1);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Order, 1);
        if (Lambda is int lambda) ArgumentOutOfRangeException.ThrowIfNegative(lambda, nameof(Lambda));
        if (!(Ridge >= 0) || !double.IsFinite(Ridge))
            throw new ArgumentOutOfRangeException(nameof(Ridge), Ridge, "expected a finite number of at least 0");

        if (Selection is not null) ArgumentOutOfRangeException.ThrowIfLessThan(Selection.Count, 1, nameof(Selection));
        if (Selection?.Choice == NiceChoice.Couplings
            && (Covariants.IsContracted || Invariants.IsContracted || Covariants.Expand is not null || Invariants.Expand is not null))
        {
            throw new ArgumentException(
                "couplings are chosen from products as they are: expected no contraction and all products", nameof(Selection));
        }

        Covariants.Validate(nameof(Covariants));
        Invariants.Validate(nameof(Invariants));
    }
}
