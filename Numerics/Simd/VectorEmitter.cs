using System;

namespace Toolkit.Numerics.Simd;

/// <summary>
/// Writes a kernel over 512-bit registers, straight-line but for loops of fixed bodies: for the runtime to compile
/// (<see cref="RuntimeEmitter{T}"/>), or as text that is compiled ahead of time.
/// </summary>
/// <remarks>
/// A stack machine: what is pushed is popped by the next operation. <see cref="MultiplyAdd"/> and <see cref="SubtractProduct"/> are
/// fused as in <see cref="Lanes512{T}"/>: the same operations give the same bits.
/// </remarks>
internal abstract class VectorEmitter<T>
    where T : unmanaged
{
    /// <summary>Pushes a register.</summary>
    public abstract void Get(int register);

    /// <summary>Pops into a register.</summary>
    public abstract void Set(int register);

    /// <summary>Pushes the vector at element <paramref name="at"/> of a pointer argument.</summary>
    public abstract void Load(int pointer, int at);

    /// <summary>Pushes one element in every lane.</summary>
    public abstract void Broadcast(int pointer, int at);

    /// <summary>Pushes zero.</summary>
    public abstract void Zero();

    /// <summary>Writes a register to element <paramref name="at"/> of a pointer argument.</summary>
    public abstract void Store(int pointer, int at, int register);

    /// <summary>Pops two, pushes one; and so on.</summary>
    public abstract void Multiply();

    /// <summary>a, b: a + b.</summary>
    public abstract void Add();

    /// <summary>a, b: a − b.</summary>
    public abstract void Subtract();

    /// <summary>a, b, c: a·b + c.</summary>
    public abstract void MultiplyAdd();

    /// <summary>a, b, c: c − a·b.</summary>
    public abstract void SubtractProduct();

    /// <summary>a, b, c: −a·b − c.</summary>
    public abstract void NegativeSum();

    /// <summary>Moves a pointer argument by elements.</summary>
    public abstract void Advance(int pointer, int elements);

    /// <summary>Moves a pointer argument by so many times the bytes that another argument holds.</summary>
    public abstract void Advance(int pointer, int bytes, int times);

    /// <summary>Begins a body that is repeated.</summary>
    public abstract void Begin();

    /// <summary>Goes back to the last beginning as often as an argument says, at least once in all, and leaves zero in the
    /// argument.</summary>
    public abstract void Again(int times);

    /// <summary>The kernel.</summary>
    public abstract TDelegate End<TDelegate>()
        where TDelegate : Delegate;

    /// <summary>Pops two: their product goes onto a register, or as the first of a sum into it.</summary>
    public void AddProduct(int register, bool isFirst)
    {
        if (isFirst)
        {
            Multiply();
        }
        else
        {
            Get(register);
            MultiplyAdd();
        }

        Set(register);
    }

    /// <summary>Repeats a body as often as an argument says, at least once, and leaves zero in the argument.</summary>
    public void Repeat(int times, Action body)
    {
        Begin();
        body();
        Again(times);
    }
}
