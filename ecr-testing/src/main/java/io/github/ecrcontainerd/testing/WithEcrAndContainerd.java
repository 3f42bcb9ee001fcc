package io.github.ecrcontainerd.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class an Amazon ECR and a containerd, as parameters of its constructor and
 * methods. Each is created when a test first needs it, shared by all tests of the class, and closed
 * after the last test.
 *
 * <pre>{@code
 * @WithEcrAndContainerd
 * class DeploymentTest {
 *   @Test
 *   void pullsTheImage(TestRegistry registry, EcrResolver resolver, ContainerdClient containerd) throws Exception {
 *     // An OCI image layout, written by any tool: skopeo copy docker-archive:app.tar oci:...
 *     Files.move(layout, registry.directory().resolve("team/app"));
 *     containerd.pull(registry.reference("team/app", "1.4"), resolver);
 *   }
 * }
 * }</pre>
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><th>type</th><th>what it is</th></tr>
 * <tr><td>{@link TestRegistry}</td><td>the registry, without a repository at first</td></tr>
 * <tr><td>{@link io.github.ecrcontainerd.ecr.EcrResolver}</td><td>a resolver for it</td></tr>
 * <tr><td>{@link ContainerdContainer}</td><td>the daemon, in Docker</td></tr>
 * <tr><td>{@link io.github.ecrcontainerd.containerd.ContainerdClient}</td><td>a client of it</td></tr>
 * </table>
 *
 * <p>JUnit's configuration parameter {@code ecrcontainerd.testing.base}, which may also be a system
 * property, sets the base image of the daemon, for use without access to Docker Hub: see {@link
 * ContainerdContainer#ContainerdContainer(String)}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(EcrAndContainerd.class)
public @interface WithEcrAndContainerd {}
