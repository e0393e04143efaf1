using System;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Toolkit.Numerics.Simd;

/// <summary>Writes code over 512-bit registers, straight-line but for loops of fixed bodies, for the runtime to compile.</summary>
/// <remarks>
/// Only the processor's own instructions are called: other methods are inlined, if at all, at the price of more variables,
/// and above about 8,000 uses of variables the compiler stops optimising. <see cref="MultiplyAdd"/> and
/// <see cref="SubtractProduct"/> are fused as in <see cref="Lanes512{T}"/>: the same operations give the same bits.
/// </remarks>
[RequiresDynamicCode("emits code")]
internal sealed unsafe class VectorEmitter<T>
    where T : unmanaged
{
    private static readonly Type Vector = typeof(Vector512<T>);
    private static readonly Type[] Two = [Vector, Vector], Three = [Vector, Vector, Vector];

    private static readonly MethodInfo
        LoadMethod = typeof(Avx512F).GetMethod("LoadVector512", [typeof(T*)])!,
        StoreMethod = typeof(Avx512F).GetMethod("Store", [typeof(T*), Vector])!,
        ScalarMethod = (typeof(T) == typeof(double) ? typeof(Sse2) : typeof(Sse)).GetMethod("LoadScalarVector128", [typeof(T*)])!,
        BroadcastMethod = typeof(Avx512F).GetMethod("BroadcastScalarToVector512", [typeof(Vector128<T>)])!,
        ZeroMethod = Vector.GetProperty("Zero")!.GetMethod!,
        MultiplyMethod = typeof(Avx512F).GetMethod("Multiply", Two)!,
        AddMethod = typeof(Avx512F).GetMethod("Add", Two)!,
        SubtractMethod = typeof(Avx512F).GetMethod("Subtract", Two)!,
        MultiplyAddMethod = typeof(Avx512F).GetMethod("FusedMultiplyAdd", Three)!,
        SubtractProductMethod = typeof(Avx512F).GetMethod("FusedMultiplyAddNegated", Three)!,
        NegativeSumMethod = typeof(Avx512F).GetMethod("FusedMultiplySubtractNegated", Three)!;

    private readonly DynamicMethod _method;
    private readonly LocalBuilder[] _registers;

    /// <summary>Begins a method without result; registers are variables that hold vectors.</summary>
    internal VectorEmitter(Type[] arguments, int registers)
    {
        _method = new DynamicMethod("kernel", typeof(void), arguments, typeof(VectorEmitter<T>).Module, true)
        {
            InitLocals = false,
        };
        Il = _method.GetILGenerator(1 << 15);
        _registers = Enumerable.Range(0, registers).Select(_ => Il.DeclareLocal(Vector)).ToArray();
    }

    internal static bool IsSupported => Avx512F.IsSupported;

    /// <summary>For what is not arithmetic.</summary>
    internal ILGenerator Il { get; }

    internal TDelegate End<TDelegate>()
        where TDelegate : Delegate
    {
        Il.Emit(OpCodes.Ret);
        return _method.CreateDelegate<TDelegate>();
    }

    internal void Get(int register) => Il.Emit(OpCodes.Ldloc, _registers[register]);

    internal void Set(int register) => Il.Emit(OpCodes.Stloc, _registers[register]);

    /// <summary>Pushes the vector at element <paramref name="at"/> of a pointer argument.</summary>
    internal void Load(int pointer, int at)
    {
        Address(pointer, at);
        Il.Emit(OpCodes.Call, LoadMethod);
    }

    /// <summary>Pushes one element in every lane.</summary>
    internal void Broadcast(int pointer, int at)
    {
        Address(pointer, at);
        Il.Emit(OpCodes.Call, ScalarMethod);
        Il.Emit(OpCodes.Call, BroadcastMethod);
    }

    internal void Zero() => Il.Emit(OpCodes.Call, ZeroMethod);

    internal void Store(int pointer, int at, int register)
    {
        Address(pointer, at);
        Get(register);
        Il.Emit(OpCodes.Call, StoreMethod);
    }

    /// <summary>Pops two, pushes one; and so on.</summary>
    internal void Multiply() => Il.Emit(OpCodes.Call, MultiplyMethod);

    internal void Add() => Il.Emit(OpCodes.Call, AddMethod);

    internal void Subtract() => Il.Emit(OpCodes.Call, SubtractMethod);

    /// <summary>a, b, c: a·b + c.</summary>
    internal void MultiplyAdd() => Il.Emit(OpCodes.Call, MultiplyAddMethod);

    /// <summary>Pops two: their product goes onto a register, or as the first of a sum into it.</summary>
    internal void AddProduct(int register, bool isFirst)
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

    /// <summary>a, b, c: c − a·b.</summary>
    internal void SubtractProduct() => Il.Emit(OpCodes.Call, SubtractProductMethod);

    /// <summary>a, b, c: −a·b − c.</summary>
    internal void NegativeSum() => Il.Emit(OpCodes.Call, NegativeSumMethod);

    /// <summary>Moves a pointer argument by elements.</summary>
    internal void Advance(int pointer, int elements)
    {
        Address(pointer, elements);
        Il.Emit(OpCodes.Starg, (short)pointer);
    }

    /// <summary>Moves a pointer argument by so many times the bytes that another argument holds.</summary>
    internal void Advance(int pointer, int bytes, int times)
    {
        if (times == 0)
            return;

        Il.Emit(OpCodes.Ldarg, (short)pointer);
        Il.Emit(OpCodes.Ldarg, (short)bytes);
        if (Math.Abs(times) > 1)
        {
            Il.Emit(OpCodes.Ldc_I4, Math.Abs(times));
            Il.Emit(OpCodes.Conv_I);
            Il.Emit(OpCodes.Mul);
        }

        Il.Emit(times > 0 ? OpCodes.Add : OpCodes.Sub);
        Il.Emit(OpCodes.Starg, (short)pointer);
    }

    /// <summary>Repeats a body as often as an argument says, at least once, and leaves zero in the argument.</summary>
    internal void Repeat(int times, Action body)
    {
        Label top = Il.DefineLabel();
        Il.MarkLabel(top);
        body();
        Il.Emit(OpCodes.Ldarg, (short)times);
        Il.Emit(OpCodes.Ldc_I4_1);
        Il.Emit(OpCodes.Sub);
        Il.Emit(OpCodes.Starg, (short)times);
        Il.Emit(OpCodes.Ldarg, (short)times);
        Il.Emit(OpCodes.Brtrue, top);
    }

    private void Address(int pointer, int at)
    {
        Il.Emit(OpCodes.Ldarg, (short)pointer);
        if (at != 0)
        {
            Il.Emit(OpCodes.Ldc_I4, at * sizeof(T));
            Il.Emit(OpCodes.Conv_I);
            Il.Emit(OpCodes.Add);
        }
    }
}
