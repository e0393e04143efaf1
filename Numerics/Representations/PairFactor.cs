namespace Toolkit.Numerics.Representations;

/// <summary>
/// One factor of products, and how it changes with one neighbour: a neighbour at r r̂ of a slot adds g_n(r) W_M to its
/// channel n of that slot, W_M being a harmonic Y_lm(r̂), or coupled with the neighbour's vector, Σ ⟨l m 1 q|J M⟩ Y_lm v_q.
/// </summary>
/// <remarks>
/// The change by the neighbour's place along d is r̂_d g'_n W_M + g_n ∂_d W_M, by the component q of its vector g_n ∂W_M/∂v_q: of
/// rank two and one in (n, M), whatever the number of rows.
/// </remarks>
internal unsafe struct PairFactor
{
    /// <summary>Numbers for each row M: W, ∂W/∂x, ∂W/∂y, ∂W/∂z, ∂W/∂v_x, ∂W/∂v_y, ∂W/∂v_z, 0.</summary>
    public const int AllKinds = 8;

    /// <summary>Those that the density's factors have.</summary>
    public const int PlaceKinds = 4;

    /// <summary>The first of those by the vector.</summary>
    public const int FirstVectorKind = 4;

    /// <summary>Doubles from row to row of <see cref="Angles"/>.</summary>
    public const int AngleStride = 64;

    /// <summary>The factor itself: <c>[row, channel padded]</c>.</summary>
    public double* Coefficients;

    /// <summary>Channels padded to whole vectors.</summary>
    public int Stride;

    /// <summary>The number of rows M.</summary>
    public int Rows;

    /// <summary>The number of channels.</summary>
    public int Count;

    /// <summary>0: the density; f + 1: vector field f.</summary>
    public int Field;

    /// <summary><c>[row, kind]</c>, rows <see cref="AngleStride"/> apart.</summary>
    public double* Angles;

    /// <summary>g: <c>[channel]</c>, zero outside the neighbour's slot; eight more can be read.</summary>
    public double* Values;

    /// <summary>g': likewise.</summary>
    public double* Slopes;

    /// <summary>Whether the neighbour adds to any channel.</summary>
    public bool Changes;

    /// <summary>How many kinds of numbers there are.</summary>
    public readonly int Kinds => Field == FieldFamily.Density ? PlaceKinds : AllKinds;
}

/// <summary>The gradients of one pair that products write to.</summary>
/// <param name="places">By the neighbour's place: <c>[xyz, feature]</c>.</param>
/// <param name="vectors">By its vectors: <c>[field, xyz, feature]</c>.</param>
/// <param name="stride">Doubles from row to row of both.</param>
/// <param name="length">The number of features.</param>
/// <param name="fields">The number of fields.</param>
/// <param name="direction">r̂.</param>
internal readonly unsafe struct PairRows(double* places, double* vectors, int stride, int length, int fields, double* direction)
{
    public double* Places { get; } = places;

    public double* Vectors { get; } = vectors;

    public int Stride { get; } = stride;

    public int Length { get; } = length;

    public int Fields { get; } = fields;

    public double* Direction { get; } = direction;

    /// <summary>The rows by a field's vector.</summary>
    public double* VectorsOf(int field) => Vectors + 3L * field * Stride;

    /// <summary>The rows of features that depend on no vector: those by vectors are set to zero and left out.</summary>
    public PairRows OfDensity()
    {
        for (int f = 0; f < Fields; f++)
            Clear(VectorsOf(f), 0, Length);
        return new PairRows(Places, null, Stride, Length, 0, Direction);
    }

    /// <summary>Multiplies all derivatives of one feature.</summary>
    public void Scale(int feature, double factor)
    {
        for (int d = 0; d < 3; d++)
            Places[(nint)d * Stride + feature] *= factor;
        for (int d = 0; d < 3 * Fields; d++)
            Vectors[(nint)d * Stride + feature] *= factor;
    }

    /// <summary>Sets the three rows of some features to zero.</summary>
    public void Clear(double* rows, int first, int count)
    {
        for (int d = 0; d < 3; d++)
            new System.Span<double>(rows + (nint)d * Stride + first, count).Clear();
    }
}
