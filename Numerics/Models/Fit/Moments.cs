using System;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>Count, mean and spread of numbers as they come, to rounding even where the mean is far larger than the spread (Welford,
/// Technometrics 4, 419, 1962).</summary>
internal struct Moments
{
    private double _squares;

    /// <summary>How many.</summary>
    public long Count { get; private set; }

    /// <summary>Their mean.</summary>
    public double Mean { get; private set; }

    /// <summary>Σ (x − mean)².</summary>
    public readonly double Squares => _squares;

    /// <summary>Their standard deviation; 0 without any.</summary>
    public readonly double Deviation => Count == 0 ? 0 : Math.Sqrt(_squares / Count);

    /// <summary>Adds one.</summary>
    public void Add(double x)
    {
        double before = x - Mean;
        Mean += before / ++Count;
        _squares += before * (x - Mean);
    }

    /// <summary>Adds several.</summary>
    public void Add(ReadOnlySpan<double> values)
    {
        foreach (double x in values)
            Add(x);
    }
}
