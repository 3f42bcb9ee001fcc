package io.github.ecrcontainerd.ecr.internal.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.utils.SystemSetting;

/** They are called as the SDK's are. */
class SettingTest {
  private static final Map<Setting, SystemSetting> OF_THE_SDK =
      Map.of(
          Setting.ACCESS_KEY_ID, SdkSystemSetting.AWS_ACCESS_KEY_ID,
          Setting.SECRET_ACCESS_KEY, SdkSystemSetting.AWS_SECRET_ACCESS_KEY,
          Setting.PROFILE, ProfileFileSystemSetting.AWS_PROFILE,
          Setting.WEB_IDENTITY_TOKEN_FILE, SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE,
          Setting.CONTAINER_CREDENTIALS_RELATIVE_URI,
              SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
          Setting.CONTAINER_CREDENTIALS_FULL_URI,
              SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI,
          Setting.EC2_METADATA_SERVICE_ENDPOINT,
              SdkSystemSetting.AWS_EC2_METADATA_SERVICE_ENDPOINT);

  @ParameterizedTest
  @EnumSource
  void hasTheNamesOfTheSdks(Setting setting) {
    assertThat(OF_THE_SDK.get(setting))
        .isNotNull()
        .satisfies(
            theirs -> {
              assertThat(setting.property()).isEqualTo(theirs.property());
              assertThat(setting.variable()).isEqualTo(theirs.environmentVariable());
            });
  }

  @Test
  void isThePropertyBeforeTheVariable() {
    System.setProperty(Setting.PROFILE.property(), " mine ");
    try {
      assertThat(Setting.PROFILE.value()).contains("mine");
      assertThat(Setting.PROFILE.isProperty()).isTrue();
    } finally {
      System.clearProperty(Setting.PROFILE.property());
    }
  }
}
