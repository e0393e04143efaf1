using System;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations.Gradients;

/// <summary>
/// The gradients of one representation's features by the place and the vectors of every neighbour of an atom, some features at a time,
/// on one thread.
/// </summary>
internal abstract unsafe class PairGradients : IDisposable
{
    /// <summary>The most pairs whose gradients are made together: what is done once for all of them is worth it, and they stay in the
    /// cache.</summary>
    public const int MostPairs = 8;

    /// <summary>How many parts the features are made in.</summary>
    public abstract int Chunks { get; }

    /// <summary>The first feature of a part, and how many.</summary>
    public abstract (int First, int Count) Chunk(int chunk);

    /// <summary>Begins with an environment that is expanded, once the program has run.</summary>
    /// <param name="around">The structure.</param>
    /// <param name="scratch">The environment, its radial functions differentiated.</param>
    public abstract void Begin(Surroundings around, EnvironmentScratch scratch);

    /// <summary>Takes the harmonics of a block of pairs, once it is differentiated and has them in its own place.</summary>
    public abstract void AddBlock(int block);

    /// <summary>Takes some features and a block of pairs in hand.</summary>
    public abstract void Select(int chunk, int block);

    /// <summary>The gradients by the places of some pairs' neighbours.</summary>
    /// <param name="lane">The first pair's place in its block.</param>
    /// <param name="count">How many pairs, at most <see cref="MostPairs"/>.</param>
    /// <param name="target">Receives <c>[pair, xyz, feature]</c>; seven more may be written behind each row.</param>
    /// <param name="stride">From row to row.</param>
    /// <param name="soon">Where each pair's rows go soon: their lines are asked for meanwhile.</param>
    /// <param name="next">From row to row there.</param>
    public abstract void Places(int lane, int count, double* target, int stride, double** soon, int next);

    /// <summary>Whether <see cref="Finish"/> makes the features and the block in hand.</summary>
    public virtual bool CanFinish => false;

    /// <summary>The gradients by the places of some pairs' neighbours, where they stay, taken from a sum at once.</summary>
    /// <param name="lane">The first pair's place in its block.</param>
    /// <param name="count">How many pairs, at most <see cref="MostPairs"/>.</param>
    /// <param name="rows">Each receives <c>[xyz, feature]</c>.</param>
    /// <param name="soon">Rows that are written soon: their lines are asked for meanwhile.</param>
    /// <param name="next">From row to row there.</param>
    /// <param name="sum">What they are taken from: <c>[xyz, feature]</c>, up to whole vectors.</param>
    /// <param name="work">As many numbers to work in as for one pair.</param>
    /// <param name="stride">From row to row of both.</param>
    public virtual void Finish(int lane, int count, double** rows, double** soon, int next, double* sum, double* work, int stride) =>
        throw new NotSupportedException();

    /// <inheritdoc cref="Places(int, int, double*, int, double**, int)"/>
    public void Places(int lane, int count, double* target, int stride)
    {
        double** rows = stackalloc double*[MostPairs];
        for (int k = 0; k < count; k++)
            rows[k] = target + 3 * k * (nint)stride;
        Places(lane, count, target, stride, rows, stride);
    }

    /// <summary>The gradients by a vector of one pair's neighbour.</summary>
    /// <param name="field">The field of the expansion.</param>
    /// <param name="lane">The pair's place in its block.</param>
    /// <param name="target">Receives <c>[xyz, feature]</c>; seven more may be written behind each row.</param>
    /// <param name="stride">From row to row.</param>
    public abstract void Vectors(int field, int lane, double* target, int stride);

    public abstract void Dispose();
}
