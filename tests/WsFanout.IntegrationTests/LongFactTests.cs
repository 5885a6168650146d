using System.Reflection;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

public sealed class LongFactTests
{
    [Fact]
    public void Every_long_test_is_in_a_class_that_make_test_faults_finds_and_nothing_else_is()
    {
        var tests = typeof(LongFactTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttributes<FactAttribute>().Any())
            .Select(method => (Name: $"{method.DeclaringType!.Name}.{method.Name}", IsLong: method.GetCustomAttribute<LongFactAttribute>() is not null, IsFound: method.DeclaringType.Name.EndsWith("LongTests", StringComparison.Ordinal)))
            .ToArray();

        Assert.Empty(tests.Where(test => test.IsLong != test.IsFound).Select(test => test.Name));
    }
}
