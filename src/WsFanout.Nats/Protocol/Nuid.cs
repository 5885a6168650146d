using System.Security.Cryptography;

namespace WsFanout.Nats.Protocol;

/// <summary>Names nobody else has: 22 random letters and digits, about 131 bits.</summary>
internal static class Nuid
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string Next() => RandomNumberGenerator.GetString(Alphabet, 22);
}
